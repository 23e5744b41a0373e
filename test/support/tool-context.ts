import type { Database } from '../../src/db/open-database.ts';
import type { ToolContext } from '../../src/handoff/define-tool.ts';
import { openToolStore } from '../../src/handoff/tool-store.ts';
import type { Embedder } from '../../src/model/embedder.ts';

/** What a tool gets that a test calls directly. */
export function toolContext(
  machine: { database: Database; embedder: Embedder },
  more: Partial<ToolContext> = {},
): ToolContext {
  const { signal } = new AbortController();
  return {
    ...machine,
    store: openToolStore(machine, signal),
    collections: [],
    agent: 'a',
    threadId: 't',
    runId: 'r',
    callId: 'c',
    callKey: 'k',
    context: {},
    configurable: {},
    async commit() {
      throw new Error('There is no call whose result could be recorded.');
    },
    signal,
    say: () => undefined,
    ...more,
  };
}
