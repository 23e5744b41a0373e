import type { StreamMode } from '../../src/http/langgraph/stream-modes.ts';
import { readFrames } from './read-frames.ts';
import type { SeenFrame } from './turn-record.ts';

/** The frames of a run that is over, from its first, as one who asks now gets them. */
export async function replay(
  url: string,
  { threadId, runId }: { threadId: string; runId: string },
  modes: StreamMode[],
): Promise<SeenFrame[]> {
  const at = new URL(`${url}/threads/${threadId}/runs/${runId}/stream`);
  for (const mode of modes) at.searchParams.append('stream_mode', mode);
  const { body } = await ask(at, { 'last-event-id': '-1' });
  const frames: SeenFrame[] = [];
  if (body) for await (const frame of readFrames(body)) frames.push(frame);
  return frames;
}

/** A message of a thread, as clients see it. */
export interface ThreadMessage {
  type: string;
  id: string;
  content: unknown;
  tool_calls?: { id: string; args?: { what?: string } }[];
  tool_call_id?: string;
  status?: string;
}

export async function readMessages(url: string, threadId: string): Promise<ThreadMessage[]> {
  const response = await ask(new URL(`${url}/threads/${threadId}/state`));
  const { values } = (await response.json()) as { values: { messages?: ThreadMessage[] } }; // LangGraph's state of a thread
  return values.messages ?? [];
}

async function ask(url: URL, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(60_000) });
  if (response.ok) return response;
  throw new Error(`${url.pathname} answered ${response.status} ${await response.text()}`);
}
