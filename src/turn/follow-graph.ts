import type { StreamMode } from '@langchain/langgraph';
import type { SavedCheckpoint } from '../checkpoint/kysely-saver.ts';
import type { Run } from '../db/runs.ts';
import type { LoadedGraph } from '../handoff/load-graph.ts';
import { applyUpdate, type StateUpdate, type StateValues } from '../handoff/state.ts';
import type { Json, JsonObject } from '../message.ts';
import { noTracing } from '../model/without-tracing.ts';
import type { TurnEvent } from '../turn-event.ts';
import { describeEnd } from './describe-end.ts';
import type { EventLog } from './event-log.ts';
import { type Beginning, beginTurn, type TurnInput } from './turn-input.ts';

/**
 * Runs a turn on its graph, logs what happens, and returns the event that ends it. Rejects with what a node
 * threw, and when the signal aborts.
 */
export async function followGraph(
  loaded: LoadedGraph,
  run: Run,
  log: EventLog,
  signal: AbortSignal,
): Promise<TurnEvent> {
  const started = Date.now();
  const onSaved = (saved: SavedCheckpoint) => log.append({ type: 'checkpoint', ...saved });
  const config = {
    configurable: { thread_id: run.thread_id, run_id: run.run_id, onSaved },
    metadata: { run_id: run.run_id },
  };
  const snapshot = await loaded.compiled.getState(config);
  const saved = snapshot.values as Partial<StateValues>; // of a thread that has none, an empty object
  const values = saved.messages ? (saved as StateValues) : undefined;
  const input = run.input as unknown as TurnInput; // what acceptTurn wrote
  if (input.resume !== undefined && snapshot.next.length === 0) {
    return { type: 'turn-error', error: 'internal', message: 'There was nothing to resume.' };
  }
  const beginning = beginTurn(loaded.graph, input, values);
  const checkpointId: unknown = snapshot.config.configurable?.checkpoint_id;
  log.append({
    type: 'turn-start',
    graph: loaded.name,
    version: loaded.version,
    attempt: 1,
    agent: beginning.values.agent,
    checkpointId: values && typeof checkpointId === 'string' ? checkpointId : null,
    input: beginning.added,
  });
  const end = await stream(loaded, beginning, { ...config, signal }, log);
  return end.interrupts
    ? { type: 'interrupted', interrupts: end.interrupts }
    : describeEnd(end.values, Date.now() - started);
}

interface StreamEnd {
  values: StateValues;
  interrupts?: { id: string; value: Json }[];
}

/** Follows the graph to where it stops, and logs what its nodes tell and what each step added. */
async function stream(
  { compiled, graph }: LoadedGraph,
  { start, values: from }: Beginning,
  config: { signal: AbortSignal; configurable: object; metadata: JsonObject },
  log: EventLog,
): Promise<StreamEnd> {
  const { handoffs, calls } = graph.limits;
  const streamMode: StreamMode[] = ['custom', 'updates'];
  const options = {
    callbacks: noTracing,
    ...config,
    streamMode,
    durability: 'sync' as const,
    recursionLimit: 4 * (handoffs + calls) + 20,
  };
  let values = from;
  let step = 0;
  // LangGraph types its input by the graph's channels, which are the same for all of ours
  for await (const [mode, chunk] of await compiled.stream(start as never, options)) {
    if (mode === 'custom')
      log.append(chunk as TurnEvent); // our nodes write nothing else
    else {
      const updates = chunk as Record<string, StateUpdate>;
      const interrupts = updates.__interrupt__ as unknown as StreamEnd['interrupts'];
      if (interrupts) return { values, interrupts: interrupts.map(({ id, value }) => ({ id, value })) };
      step += 1;
      for (const [node, update] of Object.entries(updates)) {
        values = applyUpdate(values, update);
        log.append({ type: 'step-end', node, step, update: update as JsonObject }); // state is plain JSON
      }
    }
  }
  return { values };
}
