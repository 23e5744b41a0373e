import { type RawBuilder, sql } from 'kysely';

/**
 * Two statements for a `with` list that take back the writes `w` which meet a condition: what they took the place of
 * is there again. Only writes of runs can be taken back: `w.run_id` is to be one.
 */
export function takeBackWrites(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    writes_gone as (
      delete from baton.checkpoint_write w where w.replaced is null and ${condition}
    ), writes_back as (
      update baton.checkpoint_write w
      set run_id = w.replaced ->> 'run_id', channel = w.replaced ->> 'channel', data = w.replaced ->> 'data',
        replaced = nullif(w.replaced -> 'replaced', 'null')
      where w.replaced is not null and ${condition}
    )`;
}
