import type { ChannelVersions } from '@langchain/langgraph-checkpoint';
import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { ArrayMemory, StoredArray } from './array-memory.ts';
import { LostOwnerError } from './lost-owner-error.ts';
import { planArray, planWhole } from './plan-value.ts';
import { type Author, type NewCheckpoint, type NewValue, putCheckpoint } from './put-checkpoint.ts';
import type { CheckpointRow } from './read-checkpoints.ts';

/** Where a saver saves, and what it knows to be there. */
export interface Store {
  db: Kysely<Schema>;
  appendOnly: ReadonlySet<string>;
  memory: ArrayMemory;
}

interface ChannelValue {
  channel: string;
  version: string;
  value: unknown;
}

interface Plan extends ChannelValue {
  row: NewValue;
  start?: StoredArray | undefined;
}

/**
 * The values that a step changed. A channel without a value, or with undefined, is empty and has no row.
 * In the order of their names, so that two statements that meet in the same rows cannot deadlock.
 */
export function newValues(values: Record<string, unknown>, versions: ChannelVersions): ChannelValue[] {
  return Object.entries(versions)
    .filter(([channel]) => Object.hasOwn(values, channel) && values[channel] !== undefined)
    .map(([channel, version]) => ({ channel, version: String(version), value: snapshot(values[channel]) }))
    .sort((a, b) => (a.channel < b.channel ? -1 : 1));
}

/**
 * Saves a checkpoint with its new values, in one statement. In full, with a second one, when what an array
 * continues has been deleted meanwhile. Throws a `LostOwnerError` when the thread belongs to another owner.
 */
export async function saveCheckpoint(
  store: Store,
  checkpoint: NewCheckpoint,
  values: ChannelValue[],
  author: Author,
): Promise<void> {
  const plans = values.map((value) => plan(store, checkpoint, value));
  const rows = plans.map(({ row }) => row);
  const outcome = await putCheckpoint(store.db, checkpoint, rows, author);
  if (outcome === 'lost') throw new LostOwnerError(checkpoint.thread_id);
  for (const { channel, start } of plans) {
    if (start) store.memory.forget(placeOf(checkpoint, channel), start);
  }
  if (outcome === 'broken') return saveCheckpoint(store, checkpoint, values, author);
  for (const { row, value } of plans) {
    const where = whereStored(row, outcome);
    const items = value as unknown[]; // what is in a chain is an array
    if (where) store.memory.remember(placeOf(checkpoint, row.channel), { ...where, items });
  }
}

/**
 * The rows of a checkpoint's new values, as they are when everything before it is stored as planned: the next one is planned on
 * top of it, before either is written. Where it turns out otherwise, `saveCheckpoint` of each puts it right.
 */
export function planCheckpoint(store: Store, checkpoint: NewCheckpoint, values: ChannelValue[]): NewValue[] {
  return values.map((given) => {
    const { row, value } = plan(store, checkpoint, given);
    const where = whereStored(row, { appended: [row.channel], branched: [] });
    const items = value as unknown[]; // what is in a chain is an array
    if (where) store.memory.remember(placeOf(checkpoint, row.channel), { ...where, items });
    return row;
  });
}

/** Remembers the append-only arrays of a state that was read. Throws an `Error` when a part of one is missing. */
export function rememberArrays(store: Store, row: CheckpointRow, values: Record<string, unknown>): void {
  for (const [channel, { version, chain, from, end, base }] of Object.entries(row.chains ?? {})) {
    const items = [...(values[channel] as unknown[])]; // what is in a chain is an array
    if (items.length !== end - from) {
      throw new Error(
        `Checkpoint ${row.checkpoint_id} has ${items.length} of ${end - from} items of "${channel}".`,
      );
    }
    store.memory.remember(placeOf(row, channel), { version, chain, from, base: base ?? [], items });
  }
}

/** As it is now: the array in the graph may get longer before the statement runs. */
function snapshot(value: unknown): unknown {
  return Array.isArray(value) ? [...value] : value;
}

function plan({ appendOnly, memory }: Store, checkpoint: NewCheckpoint, given: ChannelValue): Plan {
  const { channel, version, value } = given;
  if (!appendOnly.has(channel) || !Array.isArray(value)) {
    return { ...given, row: planWhole(channel, version, value) };
  }
  const start = memory.findStart(placeOf(checkpoint, channel), value);
  return { ...given, start, row: planArray(channel, version, value, start) };
}

function whereStored(
  { channel, version, chain, chain_start, chain_from: from, base }: NewValue,
  { appended, branched }: { appended: string[]; branched: string[] },
): Omit<StoredArray, 'items'> | undefined {
  if (chain === null || chain_start === null) return undefined;
  if (appended.includes(channel)) return { version, chain, from, base: base ?? [] };
  if (branched.includes(channel)) {
    return { version, chain: version, from, base: [...(base ?? []), [chain, chain_start]] };
  }
  return undefined;
}

function placeOf(row: { thread_id: string; checkpoint_ns: string }, channel: string): string {
  return JSON.stringify([row.thread_id, row.checkpoint_ns, channel]);
}
