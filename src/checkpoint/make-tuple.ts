import {
  type Checkpoint,
  type CheckpointTuple,
  maxChannelVersion,
  TASKS,
} from '@langchain/langgraph-checkpoint';
import type { CheckpointRow } from './read-checkpoints.ts';
import { loadValue } from './serializer.ts';

/** A row as LangGraph wants it. `firstVersion` is for sends of an old format in a checkpoint without versions. */
export function makeTuple(row: CheckpointRow, firstVersion: () => string): CheckpointTuple {
  const place = { thread_id: row.thread_id, checkpoint_ns: row.checkpoint_ns };
  const parent = row.parent_id === null ? undefined : { ...place, checkpoint_id: row.parent_id };
  const saved = loadValue(row.checkpoint) as Checkpoint; // as put wrote it
  const checkpoint = {
    ...saved,
    id: row.checkpoint_id,
    channel_values: { ...saved.channel_values, ...valuesOf(row) },
  };
  const sends = loadValue(row.sends) as unknown[]; // an array
  if (parent && checkpoint.v < 4) addSends(checkpoint, sends, firstVersion);
  return {
    config: { configurable: { ...place, checkpoint_id: row.checkpoint_id } },
    checkpoint,
    metadata: loadValue(row.metadata) as NonNullable<CheckpointTuple['metadata']>, // as put wrote it
    pendingWrites: loadValue(row.writes) as NonNullable<CheckpointTuple['pendingWrites']>, // triples
    ...(parent && { parentConfig: { configurable: parent } }),
  };
}

/** A piece that holds the first item of an array may hold some of what it left behind. */
function valuesOf({ channel_values, chains }: CheckpointRow): Record<string, unknown> {
  const values = loadValue(channel_values) as Record<string, unknown>; // an object by channel
  for (const [channel, { from, end }] of Object.entries(chains ?? {})) {
    const items = values[channel] as unknown[]; // what is in a chain is an array
    if (items.length > end - from) values[channel] = items.slice(items.length - (end - from));
  }
  return values;
}

/** Formats before 4 kept what a step sends in its writes; since then it is a channel. */
function addSends(checkpoint: Checkpoint, sends: unknown[], firstVersion: () => string): void {
  const versions = Object.values(checkpoint.channel_versions);
  checkpoint.channel_values[TASKS] = sends;
  checkpoint.channel_versions[TASKS] = versions.length > 0 ? maxChannelVersion(...versions) : firstVersion();
}
