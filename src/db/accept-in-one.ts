import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { BegunRun, Run } from './runs.ts';
import type { Schema } from './schema.ts';
import type { TtlStrategy } from './tables/thread-tables.ts';

/** A turn that asks for nothing out of the ordinary, as `baton.accept_turn` takes it. */
export interface AskedTurn {
  run_id: string;
  thread_id: string;
  /** Nobody else can know the thread's id. */
  is_new: boolean;
  /** Whether the thread is made when it is not there. */
  may_make: boolean;
  graph: string;
  version: string;
  /** Whether a thread that is pinned to another version moves to this one. */
  newest: boolean;
  assistant_id: string | null;
  /** An assistant of which the caller takes for granted that the database says nothing. */
  assumed: string | null;
  /** Of an idempotency key; all or none. */
  scope?: string;
  key?: string;
  hash?: string;
  webhook: string | null;
  multitask: string;
  temporary: boolean;
  ttl_minutes: number | null;
  ttl_strategy: TtlStrategy;
  user_id?: string;
  key_id?: string;
  /** The user who pays. */
  payer: string | null;
}

/** What of it is kept as it comes, as JSON. */
export interface TurnTexts {
  input: string;
  config: string;
  kwargs: string;
  metadata: string;
  asker: string | null;
  /** Of the graph's version; null where the database is known to have them. */
  files: string | null;
}

/** How the run gets its place in the queue. */
export interface QueueingOf {
  /** Whether the run may begin at once. */
  mayBegin: RawBuilder<boolean>;
  /** Inserts the place: for each row of `accepted`, claimed where `begins` holds. */
  insert: (row: { accepted: RawBuilder<unknown>; begins: RawBuilder<boolean> }) => RawBuilder<unknown>;
}

export interface AcceptedInOne {
  /** The version of the graph that the thread is pinned to. */
  version: string;
  /** The run, where it was begun at once. */
  begun?: BegunRun;
}

/**
 * Accepts a turn with one statement, and begins it where it may begin. Undefined, with nothing written, where something stands in
 * the way of that: a key that was used, a budget that is spent, a thread that is not there, an assistant that is not as assumed.
 */
export async function acceptInOne(
  db: Kysely<Schema>,
  asked: AskedTurn,
  { input, config, kwargs, metadata, asker, files }: TurnTexts,
  { mayBegin, insert }: QueueingOf,
): Promise<AcceptedInOne | undefined> {
  const accepted = { accepted: sql`accepted`, begins: sql<boolean>`(accepted.begun).run_id is not null` };
  const { rows } = await sql<AcceptedRow>`
    with accepted as materialized (
      select * from baton.accept_turn(${JSON.stringify(asked)}::jsonb, ${input}::json, ${config}::json, ${kwargs}::json,
        ${metadata}::jsonb, ${asker}::json, ${files}::json, ${mayBegin})
    ), queued as (${insert(accepted)})
    select (accepted.begun).*, pinned, last_event, has_states from accepted`.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  const { pinned: version, last_event, has_states, ...run } = row;
  if (run.run_id === null) return { version };
  const begun = { ...(run as Run), last_seq: last_event, has_states }; // all of a run, or nothing
  return { version, begun };
}

type AcceptedRow = (Run | { [column in keyof Run]: null }) & {
  pinned: string;
  last_event: number;
  has_states: boolean;
};
