import type { RunControl } from '@langchain/langgraph';
import { type CheckpointJournal, HeldWrites } from '../checkpoint/checkpoint-journal.ts';
import type { SavedCheckpoint } from '../checkpoint/kysely-saver.ts';
import { type BegunRun, ownerOf, type Run } from '../db/runs.ts';
import type { LoadedGraph } from '../handoff/load-graph.ts';
import type { NodeEar } from '../handoff/node-ear.ts';
import { applyUpdate, type StateUpdate } from '../handoff/state.ts';
import type { JsonObject } from '../message.ts';
import { noTracingAsked } from '../model/without-tracing.ts';
import type { TurnError, TurnEvent } from '../turn-event.ts';
import { describeEnd } from './describe-end.ts';
import { eachUpdate } from './each-update.ts';
import type { EventLog } from './event-log.ts';
import { findStand, type Stand, type TurnStop } from './find-stand.ts';
import type { RunConfig } from './turn-request.ts';
import type { TurnContext } from './turns.ts';

/** How a run is stopped from outside: at once, or after the step that it is in. */
export interface Reins {
  signal: AbortSignal;
  control: RunControl;
}

/**
 * Runs a turn on its graph, or goes on with one that another process left, logs what happens, and returns the event that
 * ends it. Rejects with what a node threw, when the signal aborts, and with LangGraph's `GraphDrained` when it was told to stop
 * after a step.
 */
export async function followGraph(
  { db, turns }: Pick<TurnContext, 'db' | 'turns'>,
  loaded: LoadedGraph,
  run: BegunRun,
  log: EventLog,
  reins: Reins,
): Promise<TurnEvent> {
  const started = Date.now();
  const stand = await findStand(db, loaded, run);
  if (!stand) return nothingToResume;
  const { beginning, checkpointId, saved } = stand;
  if (checkpointId && saved) turns.begun.remember(run.thread_id, checkpointId, saved);
  log.append({
    type: 'turn-start',
    graph: loaded.name,
    version: loaded.version,
    attempt: run.attempt,
    agent: beginning.values.agent,
    checkpointId,
    input: beginning.added,
    ...(beginning.forgets && { forgets: beginning.forgets }),
  });
  const end = stand.end ?? (await stream(loaded, run, stand, log, reins));
  return end.interrupts
    ? { type: 'interrupted', interrupts: end.interrupts }
    : describeEnd(end.values, Date.now() - started);
}

/** How a turn ends that did nothing to its thread. */
export const nothingToResume: TurnError = {
  type: 'turn-error',
  error: 'internal',
  message: 'There was nothing to go on with.',
};

/** Follows the graph to where it stops, and logs what its nodes tell, what each step added and which states were saved. */
async function stream(
  { compiled, graph, seats }: LoadedGraph,
  run: Run,
  { from, known, beginning, step: stepBefore }: Stand,
  log: EventLog,
  reins: Reins,
): Promise<TurnStop> {
  let { values } = beginning;
  let step = stepBefore;
  let waits: TurnStop['interrupts'];
  const asked = run.config as RunConfig; // what acceptTurn wrote
  const onSaved = (saved: SavedCheckpoint) => {
    step = Math.max(step, saved.step);
    log.append({ type: 'checkpoint', ...saved });
  };
  const stepped = (node: string, update: StateUpdate) => {
    step += 1;
    values = applyUpdate(values, update);
    if (values.done) log.awaitEnd();
    log.append({ type: 'step-end', node, step, update: update as JsonObject }); // state is plain JSON
  };
  const { context = {}, configurable: set = {} } = asked;
  const configurable = { ...set, ...namesOf(run) };
  const durability = durabilityOf(asked, seats);
  const writes = new HeldWrites(run.attempt > 1);
  const journal: CheckpointJournal = { put: log.put, saved: log.saved, waits: durability === 'sync', writes };
  const callbacks = noTracingAsked();
  const options = {
    ...reins,
    ...limitsOf(asked, graph.limits),
    durability: durability === 'exit' ? durability : ('sync' as const), // so that a state comes before the step that goes on from it
    ...(callbacks && { callbacks }),
    metadata: { run_id: run.run_id },
    configurable: {
      ...from,
      known,
      run_id: run.run_id,
      owner: ownerOf(run),
      onSaved,
      journal,
      ear: { tell: log.append, stepped } satisfies NodeEar,
      caller: { context, configurable },
    },
  };
  await eachUpdate(compiled, beginning.start, options, ({ __metadata__: handedInBefore, ...updates }) => {
    const interrupts = updates.__interrupt__ as unknown as TurnStop['interrupts'];
    if (interrupts)
      waits = interrupts.map(({ id, value }) => ({ id, value })); // it ends once what it waits for is saved
    else if (handedInBefore) for (const [node, update] of Object.entries(updates)) stepped(node, update);
  });
  await writes.flush();
  if (waits) return { values, interrupts: waits };
  return values.done ? { values } : { values, interrupts: [] }; // it stopped where the caller asked it to
}

/** What LangGraph's tools find among what is configurable, whatever the caller set. */
function namesOf({ run_id, thread_id, graph: graph_id, assistant_id }: Run): JsonObject {
  return { run_id, thread_id, graph_id, ...(assistant_id && { assistant_id }) };
}

/**
 * `async`: every state is saved, with its events, while the next step is under way. What a tool changed is known by the reply that
 * asked for it, so where some tool changes something each state is saved before the next step, whatever was asked: a turn that dies
 * in between would ask a model again, and do it twice.
 */
function durabilityOf({ durability = 'async' }: RunConfig, seats: LoadedGraph['seats']) {
  const changesSomething = [...seats.values()].some(({ tools }) =>
    tools.some(({ changes }) => changes !== 'nothing'),
  );
  return changesSomething ? 'sync' : durability;
}

function limitsOf(asked: RunConfig, { handoffs, calls }: LoadedGraph['graph']['limits']) {
  const { interruptBefore, interruptAfter, recursionLimit, tags } = asked;
  const enough = 4 * (handoffs + calls) + 20;
  return {
    recursionLimit: Math.min(recursionLimit ?? enough, enough),
    ...(interruptBefore && { interruptBefore: interruptBefore as '*' }), // its types count nodes one by one, ours come from a list
    ...(interruptAfter && { interruptAfter: interruptAfter as '*' }),
    ...(tags && { tags }),
  };
}
