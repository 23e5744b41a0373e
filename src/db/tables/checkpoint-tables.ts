import type { Generated } from 'kysely';
import type { Jsonb, Time } from './column-types.ts';

export interface CheckpointTables {
  'baton.checkpoint': CheckpointTable;
  'baton.checkpoint_pack': CheckpointPackTable;
  'baton.checkpoint_value': CheckpointValueTable;
  'baton.checkpoint_write': CheckpointWriteTable;
}

/** A saved state: which version each channel had. Thread ids are texts of any form here. */
export interface CheckpointTable {
  tenant_id: Generated<string>;
  thread_id: string;
  checkpoint_ns: string;
  checkpoint_id: string;
  parent_id: string | null;
  /** The order of saving. */
  seq: Generated<number>;
  checkpoint: Jsonb<Record<string, unknown>>;
  metadata: Jsonb<Record<string, unknown>>;
  created_at: Time;
}

/** States of one run and namespace that were saved one after another, with no other between them. */
export interface CheckpointPackTable {
  tenant_id: Generated<string>;
  thread_id: string;
  checkpoint_ns: string;
  /** No checkpoint of the pack has a smaller id. */
  first_id: string;
  /** Of its last checkpoint, the greatest one. */
  last_id: string;
  /** The order of saving, of its first checkpoint. */
  first_seq: number;
  /** A line of JSON each: `{"seq", "id", "parent", "metadata", "checkpoint"}`. */
  states: string;
}

/** A version of a channel; of an array that grows, all versions that a run has saved one after another. */
export interface CheckpointValueTable {
  tenant_id: Generated<string>;
  thread_id: string;
  checkpoint_ns: string;
  channel: string;
  /** The first one of the row. */
  version: string;
  /** JSON text: the value, or for a chain the items that are added, a line each, without their brackets. */
  data: string;
  /** The version that began the chain. */
  chain: string | null;
  /** The positions of the items in the array, from `chain_start` up to `chain_end`. */
  chain_start: number | null;
  chain_end: number | null;
  /** The position of the array's first item: what came before it is no part of this version. */
  chain_from: Generated<number>;
  /** `[chain, end]` of the chains that this one continues, oldest first. */
  base: Jsonb<[string, number][]> | null;
  /** Where each of the row's versions ends; null where there is one, which ends at `chain_end`. */
  steps: Jsonb<Record<string, number>> | null;
}

/** What a task handed in on top of a checkpoint. */
export interface CheckpointWriteTable {
  tenant_id: Generated<string>;
  thread_id: string;
  checkpoint_ns: string;
  checkpoint_id: string;
  task_id: string;
  /** The write's place in its task; negative for errors, interrupts and the like. */
  idx: number;
  channel: string;
  /** JSON text. */
  data: string;
  /** The run that handed it in; null where no run did. */
  run_id: string | null;
  /** The write of an earlier run that this one took the place of. */
  replaced: Jsonb<object> | null;
}
