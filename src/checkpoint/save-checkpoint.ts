import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { ArrayMemory, StoredArray } from './array-memory.ts';
import { LostOwnerError } from './lost-owner-error.ts';
import { planArray, planWhole } from './plan-value.ts';
import { type Author, type NewCheckpoint, type NewValue, putCheckpoint } from './put-checkpoint.ts';
import type { CheckpointRow } from './read-checkpoints.ts';
import type { ChannelValue } from './split-values.ts';
import type { TextMemory } from './text-memory.ts';

/** Where a saver saves, and what it knows to be there. */
export interface Store {
  db: Kysely<Schema>;
  appendOnly: ReadonlySet<string>;
  memory: ArrayMemory;
  texts: TextMemory;
}

interface Plan extends ChannelValue {
  row: NewValue;
  start?: StoredArray | undefined;
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
  for (const { row, content } of plans) remember(store, checkpoint, row, content, outcome);
}

/**
 * The rows of a checkpoint's new values, as they are when everything before it is stored as planned: the next one is planned on
 * top of it, before either is written. Where it turns out otherwise, `saveCheckpoint` of each puts it right.
 */
export function planCheckpoint(store: Store, checkpoint: NewCheckpoint, values: ChannelValue[]): NewValue[] {
  return values.map((given) => {
    const { row, content } = plan(store, checkpoint, given);
    remember(store, checkpoint, row, content, { appended: [row.channel], branched: [] });
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

function plan({ memory }: Store, checkpoint: NewCheckpoint, given: ChannelValue): Plan {
  const { channel, version, content } = given;
  if ('text' in content) return { ...given, row: planWhole(channel, version, content.text) };
  const start = memory.findStart(placeOf(checkpoint, channel), content.items);
  return { ...given, start, row: planArray(channel, version, content.items, start) };
}

function remember(
  { memory }: Store,
  checkpoint: NewCheckpoint,
  row: NewValue,
  content: ChannelValue['content'],
  stored: { appended: string[]; branched: string[] },
): void {
  const where = whereStored(row, stored);
  if (where && 'items' in content)
    memory.remember(placeOf(checkpoint, row.channel), { ...where, items: content.items });
}

function whereStored(
  { channel, version, chain, chain_start, chain_from: from = 0, base }: NewValue,
  { appended, branched }: { appended: string[]; branched: string[] },
): Omit<StoredArray, 'items'> | undefined {
  if (chain === undefined || chain_start === undefined) return undefined;
  if (appended.includes(channel)) return { version, chain, from, base: base ?? [] };
  if (branched.includes(channel)) {
    return { version, chain: version, from, base: [...(base ?? []), [chain, chain_start]] };
  }
  return undefined;
}

function placeOf(row: { thread_id: string; checkpoint_ns: string }, channel: string): string {
  return JSON.stringify([row.thread_id, row.checkpoint_ns, channel]);
}
