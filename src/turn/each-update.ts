import type { CompiledGraph } from '../handoff/compile-graph.ts';
import type { StateUpdate } from '../handoff/state.ts';

type Options = NonNullable<Parameters<CompiledGraph['stream']>[1]> & { signal: AbortSignal };

/** What one task handed in, by its node; LangGraph's own keys (`__interrupt__`, `__metadata__`) stand among them. */
export type Updates = Record<string, StateUpdate>;

/**
 * Runs a graph, and has `hear` listen to what LangGraph streams of its updates. It is the iterator behind LangGraph's own `stream`, which
 * passes each chunk through two more streams. Rejects as `stream` does, and with the signal's reason as soon as that aborts, whatever
 * the graph is at.
 */
export async function eachUpdate(
  compiled: Pick<CompiledGraph, '_streamIterator'>,
  input: object | null,
  options: Options,
  hear: (updates: Updates) => void,
): Promise<void> {
  const { signal } = options;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const streamed = { ...options, streamMode: 'updates' as const };
  const listen = async () => {
    // LangGraph types its input by the graph's channels, which are the same for all of ours
    for await (const updates of compiled._streamIterator(input as never, streamed)) {
      if (signal.aborted) return;
      hear(updates as Updates);
    }
  };
  try {
    await Promise.race([listen(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
