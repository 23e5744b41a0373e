import { Client, type Message } from '@langchain/langgraph-sdk';
import type { ChatReply } from '../../src/model/chat-model.ts';
import type { Step } from './scripted-model.ts';
import { startService, type TestService } from './start-service.ts';

export interface Values {
  messages: Message[];
  agent: string;
  __interrupt__?: { id: string; value: unknown }[];
}

/** A service, LangGraph's client of it, and short words for what tests of runs do all the time. */
export interface RunDesk {
  service: TestService;
  client: Client;
  makeThread(): Promise<string>;
  /** The texts of a thread's newest state. */
  texts(threadId: string): Promise<unknown[]>;
  /** Waits for a run's end and gives its status, or `gone`. */
  endOf(threadId: string, runId: string): Promise<string>;
}

export async function openRunDesk(project?: string): Promise<RunDesk> {
  const service = await startService(project === undefined ? {} : { project });
  const client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
  return {
    service,
    client,
    makeThread: async () => (await client.threads.create()).thread_id,
    async texts(threadId) {
      const { values } = await client.threads.getState<Values>(threadId);
      return (values.messages ?? []).map(({ content }) => content);
    },
    async endOf(threadId, runId) {
      await client.runs.join(threadId, runId).catch(() => undefined);
      const run = await client.runs.get(threadId, runId).catch(() => undefined);
      return run?.status ?? 'gone';
    },
  };
}

/** A step that stops until its gate opens, or until its run is stopped; `begun` resolves when it is asked for. */
export function gatedStep(reply: ChatReply): { step: Step; begun: Promise<void>; open: () => void } {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const step: Step = async ({ signal }) => {
    begun.resolve();
    const stopped = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => stopped.reject(signal.reason), { once: true });
    await Promise.race([gate.promise, stopped.promise]);
    return reply;
  };
  return { step, begun: begun.promise, open: () => gate.resolve() };
}

export const saying = (content: string) => ({ messages: [{ role: 'user', content }] });
