import type { StateSnapshot } from '@langchain/langgraph';
import type { Kysely } from 'kysely';
import type { KnownTuple } from '../checkpoint/known-tuple.ts';
import type { BegunRun, Run } from '../db/runs.ts';
import type { Schema } from '../db/schema.ts';
import type { LoadedGraph } from '../handoff/load-graph.ts';
import type { StateValues } from '../handoff/state.ts';
import type { Json, JsonObject } from '../message.ts';
import { readRecorded } from './read-recorded.ts';
import { type Beginning, beginTurn, type TurnInput } from './turn-input.ts';
import type { RunConfig } from './turn-request.ts';

/** Where a run stands when a process begins with it. */
export interface Stand {
  beginning: Beginning;
  /** The saved state that it goes on from, as LangGraph is told: of the thread, or of a checkpoint of it. */
  from: JsonObject;
  /** The thread's newest state, which has been read. */
  known: KnownTuple;
  /** What it goes on from, for the log; null on a new thread. */
  checkpointId: string | null;
  /** The values there, as they were saved; undefined on a new thread. */
  saved: StateValues | undefined;
  /** The number of the last superstep. */
  step: number;
  /** How it ended, where an attempt before did all but say so. */
  end?: TurnStop;
}

/** How a graph stopped: at its end, or where it waits. */
export interface TurnStop {
  values: StateValues;
  interrupts?: { id: string; value: Json }[];
}

/**
 * Finds what a run has to do: to begin on the thread's newest state or on the one that it asks for, or to go on from what an attempt
 * before has saved. Undefined when there is nothing to go on with.
 */
export async function findStand(
  db: Kysely<Schema>,
  loaded: LoadedGraph,
  run: BegunRun,
): Promise<Stand | undefined> {
  const known: KnownTuple = run.has_states ? {} : { tuple: null };
  const place = { from: { thread_id: run.thread_id }, known };
  const newest = await newestOf(loaded, place);
  const begun = run.attempt > 1 && newest.metadata !== undefined && runOf(newest) === run.run_id;
  const values = valuesOf(newest);
  if (begun && values) return goOn(run, newest, values, place);
  const { checkpointId } = run.input as unknown as TurnInput; // what acceptTurn wrote
  if (!checkpointId || checkpointId === checkpointOf(newest)) return begin(db, loaded, run, newest, place);
  const older = { known, from: { ...place.from, checkpoint_id: checkpointId } };
  return begin(db, loaded, run, await stateAt(loaded, older), older);
}

/** Where a run goes on, and what is known there. */
type Place = Pick<Stand, 'from' | 'known'>;

/** An attempt before has saved something: what was done is not done again. */
function goOn(run: Run, newest: StateSnapshot, values: StateValues, place: Place): Stand {
  const stand = standAt(newest, place, { start: null, added: [], values });
  if (newest.next.length === 0) return { ...stand, end: { values } };
  if (stopsBefore(run, newest.next)) return { ...stand, end: { values, interrupts: [] } };
  return stand;
}

async function begin(
  db: Kysely<Schema>,
  { graph }: LoadedGraph,
  run: Run,
  snapshot: StateSnapshot,
  place: Place,
): Promise<Stand | undefined> {
  const input = run.input as unknown as TurnInput; // what acceptTurn wrote
  const values = valuesOf(snapshot);
  const interrupts = interruptsOf(snapshot);
  const recorded = await readRecorded(db, run.thread_id, values?.messages ?? []);
  const beginning = beginTurn(graph, input, values, { interrupts, recorded });
  const branches = 'checkpoint_id' in place.from;
  const nothing = (beginning.start === null || input.resume !== undefined) && snapshot.next.length === 0;
  const late = input.resume !== undefined && branches; // an answer is to what waits now
  const gone = branches && snapshot.createdAt === undefined; // pruned, or taken back with its run
  return nothing || late || gone ? undefined : standAt(snapshot, place, beginning);
}

function standAt(snapshot: StateSnapshot, place: Place, beginning: Beginning): Stand {
  const saved = valuesOf(snapshot);
  const checkpointId = saved ? checkpointOf(snapshot) : null;
  return { ...place, beginning, checkpointId, saved, step: snapshot.metadata?.step ?? -1 };
}

/** A run never goes past a node that it stops before: one that has come to it has stopped there. */
function stopsBefore(run: Run, next: readonly string[]): boolean {
  const { interruptBefore = [] } = run.config as RunConfig; // what acceptTurn wrote
  return interruptBefore === '*' || next.some((node) => interruptBefore.includes(node));
}

/**
 * The newest saved state as it was saved. LangGraph adds to the newest one what tasks handed in after it was saved, and takes those
 * tasks for done: a process that died between the two leaves a thread that looks as if it were at its end.
 */
async function newestOf(loaded: LoadedGraph, place: Place): Promise<StateSnapshot> {
  const newest = await stateAt(loaded, place);
  if (newest.next.length === newest.tasks.length) return newest;
  return stateAt(loaded, { ...place, from: { ...place.from, checkpoint_id: checkpointOf(newest) } });
}

function stateAt({ compiled }: LoadedGraph, { from, known }: Place): Promise<StateSnapshot> {
  return compiled.getState({ configurable: { ...from, known } });
}

/** The values of a thread; undefined when it has none yet. */
function valuesOf(snapshot: StateSnapshot): StateValues | undefined {
  const saved = snapshot.values as Partial<StateValues>; // of a thread that has none, an empty object
  return saved.messages ? (saved as StateValues) : undefined; // every state with messages is whole
}

function checkpointOf(snapshot: StateSnapshot): string | null {
  const id: unknown = snapshot.config.configurable?.checkpoint_id;
  return typeof id === 'string' ? id : null;
}

function runOf(snapshot: StateSnapshot): unknown {
  return (snapshot.metadata as JsonObject | undefined)?.run_id; // JSON, as the saver keeps it
}

function interruptsOf(snapshot: StateSnapshot): string[] {
  return snapshot.tasks.flatMap(({ interrupts }) => interrupts.flatMap(({ id }) => (id ? [id] : [])));
}
