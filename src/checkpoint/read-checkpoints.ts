import { type Kysely, type RawBuilder, sql } from 'kysely';
import { findValue } from '../db/find-value.ts';
import type { Schema } from '../db/schema.ts';
import type { ChainPiece } from './array-memory.ts';
import { type CheckpointQuery, findCheckpoints } from './find-checkpoints.ts';
import { sendsText, valueText, writesText } from './stored-text.ts';

/** A checkpoint with all that belongs to it; the texts are JSON. */
export interface CheckpointRow {
  seq: number;
  thread_id: string;
  checkpoint_ns: string;
  checkpoint_id: string;
  parent_id: string | null;
  checkpoint: string;
  metadata: string;
  /** Values by channel. */
  channel_values: string;
  /** Where the append-only channels are stored, by channel. */
  chains: Record<string, StoredChain> | null;
  /** `[task, channel, value]`, in the order of tasks and of the writes of each. */
  writes: string;
  /** What the parent's tasks sent, for checkpoints of a format before 4, which kept it there. */
  sends: string;
}

/** Which items of which chain an array is. */
export interface StoredChain {
  version: string;
  chain: string;
  from: number;
  end: number;
  base: ChainPiece[] | null;
}

/**
 * Checkpoints with their values and writes, the last saved first, in one statement.
 *
 * "Last" goes by the order of saving, not by ids: those hold the clock of the replica that made them.
 */
export async function readCheckpoints(db: Kysely<Schema>, query: CheckpointQuery): Promise<CheckpointRow[]> {
  const here = sql`w.thread_id = c.thread_id and w.checkpoint_ns = c.checkpoint_ns`;
  const { rows } = await sql<CheckpointRow>`
    select c.seq, c.thread_id, c.checkpoint_ns, c.checkpoint_id, c.parent_id, c.checkpoint::text as checkpoint,
      c.metadata::text as metadata, state.channel_values, state.chains, ${writesText(sql`${here} and w.checkpoint_id = c.checkpoint_id`)} as writes,
      ${sendsText(sql`${here} and w.checkpoint_id = c.parent_id and (c.checkpoint ->> 'v')::int < 4`)} as sends
    from (${findCheckpoints(query)}) c
    cross join lateral (${stateOf()}) state
    order by c.seq desc`.execute(db);
  return rows;
}

/**
 * The values of `c` that it does not hold itself, as one JSON object. An array is put together in the text, so that it is parsed once. Each value is
 * looked up by itself: the database takes versions for a hundred, and would read all values of a thread for so many.
 */
function stateOf(): RawBuilder<unknown> {
  return sql`
    select
      '{' || coalesce(string_agg(to_json(v.channel)::text || ':' || ${valueText()}, ','), '') || '}' as channel_values,
      json_object_agg(v.channel, json_build_object('version', seen.version, 'chain', v.chain, 'from', v.chain_from,
        'end', v.chain_end, 'base', v.base)) filter (where v.chain is not null) as chains
    from json_each_text(c.checkpoint -> 'channel_versions') seen (channel, version)
    cross join lateral (${findValue({
      threadId: sql`c.thread_id`,
      namespace: sql`c.checkpoint_ns`,
      channel: sql`seen.channel`,
      version: sql`seen.version`,
    })}) v
    where seen.channel not in (select json_object_keys(c.checkpoint -> 'channel_values'))`;
}
