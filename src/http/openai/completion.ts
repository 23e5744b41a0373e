import { type Citation, citationsOf, isDecline } from '../../handoff/citations/citation.ts';
import type { Json } from '../../message.ts';
import type { Evidence, LoggedEvent, TurnEnd } from '../../turn-event.ts';
import { type ChatAnnotation, chatAnnotations } from './annotations.ts';

/** Which completion this is. */
export interface CompletionHead {
  runId: string;
  /** Null when the thread goes with the turn. */
  threadId: string | null;
  model: string;
  /** Seconds since 1970. */
  created: number;
}

/** What Baton knows of a turn and OpenAI's format has no place for. */
export interface BatonExtension {
  thread_id: string | null;
  run_id: string;
  path: string[];
  evidence: { agent: string; tool: string; call_id: string; args: Evidence['args']; result: string }[];
  /** What the answer cites, with its places in it, where it was held against documents; and whether it says that they do not tell. */
  citations?: Citation[];
  declined?: boolean;
  /** What the turn waits for; it is resumed at LangGraph's door. */
  interrupts?: { id: string; value: unknown }[];
  /** The answer was kept from an earlier turn: see the graph's `cache`. */
  cache?: Json;
}

export interface WireUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number; audio_tokens: number };
  completion_tokens_details: { reasoning_tokens: number; audio_tokens: number };
}

type Ended = Extract<LoggedEvent, { type: 'turn-end' | 'interrupted' }>;

/** The whole completion of a turn that came to its end. */
export function completionOf(head: CompletionHead, event: Ended): object {
  return {
    id: completionId(head),
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answerOf(event),
          refusal: null,
          ...annotationsOf(event),
        },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: usageOf(event),
    baton: extensionOf(head, event),
  };
}

export function completionId({ runId }: CompletionHead): string {
  return `chatcmpl-${runId}`;
}

/** What a client shows. A turn that waits for a person says so, since this format has no other way. */
export function answerOf(event: Ended): string {
  if (event.type === 'turn-end') return event.answer.content;
  return 'This turn waits for a person to approve what comes next.';
}

/** What the answer cites of the web, `shift` units behind the beginning of what the client has; nothing where it cites nothing. */
export function annotationsOf(event: Ended, shift = 0): { annotations?: ChatAnnotation[] } {
  const annotations = event.type === 'turn-end' ? chatAnnotations(citationsOf(event.answer), shift) : [];
  return annotations.length > 0 ? { annotations } : {};
}

export function usageOf(event: Ended): WireUsage {
  const usage: Partial<TurnEnd['usage']> = event.type === 'turn-end' ? event.usage : {};
  const { input_tokens = 0, output_tokens = 0, total_tokens = 0 } = usage;
  const { input_token_details: read = {}, output_token_details: said = {} } = usage;
  return {
    prompt_tokens: input_tokens,
    completion_tokens: output_tokens,
    total_tokens,
    prompt_tokens_details: { cached_tokens: read.cache_read ?? 0, audio_tokens: read.audio ?? 0 },
    completion_tokens_details: { reasoning_tokens: said.reasoning ?? 0, audio_tokens: said.audio ?? 0 },
  };
}

export function extensionOf(
  { threadId, runId }: Pick<CompletionHead, 'threadId' | 'runId'>,
  event: Ended,
): BatonExtension {
  const waits = event.type === 'interrupted'; // then the thread is kept, to be gone on with
  const ids = { thread_id: waits ? event.threadId : threadId, run_id: runId };
  if (event.type === 'interrupted') return { ...ids, path: [], evidence: [], interrupts: event.interrupts };
  const evidence = event.evidence.map(({ callId, agent, tool, args, result }) => ({
    agent,
    tool,
    call_id: callId,
    args,
    result,
  }));
  const { cache, citations } = event.answer.response_metadata ?? {};
  return {
    ...ids,
    path: event.path,
    evidence,
    ...(citations !== undefined && { citations: citationsOf(event.answer) }),
    ...(isDecline(event.answer) && { declined: true }),
    ...(cache !== undefined && { cache }),
  };
}
