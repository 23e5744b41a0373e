import { type Kysely, sql } from 'kysely';
import { readThreadEvents } from '../../src/db/events.ts';
import { openEmbedded, openPostgres } from '../../src/db/open-database.ts';
import type { Run } from '../../src/db/runs.ts';
import type { Schema } from '../../src/db/schema.ts';
import { asOwner } from '../../src/tenancy.ts';
import type { LoggedEvent } from '../../src/turn-event.ts';

/** What the database says when all is over. */
export interface Ledger {
  runs: Run[];
  threads: { thread_id: string; status: string; last_seq: number; owner: string | null }[];
  /** The whole log, by thread. */
  logs: Map<string, LoggedEvent[]>;
  /** What the tool that changes the database wrote. */
  notes: { what: string; run_id: string; call_key: string }[];
  /** What is left in the queue. */
  jobs: { id: string; state: string; name: string }[];
}

export async function readLedger(place: { databaseUrl: string } | { dataDir: string }): Promise<Ledger> {
  const database =
    'databaseUrl' in place ? openPostgres(place.databaseUrl) : await openEmbedded(place.dataDir);
  try {
    return await asOwner(() => read(database.db));
  } finally {
    await database.close();
  }
}

async function read(db: Kysely<Schema>): Promise<Ledger> {
  const threads = await db
    .selectFrom('baton.thread')
    .select(['thread_id', 'status', 'last_seq', 'owner'])
    .execute();
  const logs = new Map<string, LoggedEvent[]>();
  for (const { thread_id: threadId } of threads) {
    logs.set(threadId, await readThreadEvents(db, { threadId, after: 0, limit: 1_000_000 }));
  }
  const notes = await sql<Ledger['notes'][number]>`select what, run_id, call_key from chaos.effect`.execute(
    db,
  );
  const jobs = await sql<Ledger['jobs'][number]>`
    select id, name, state::text as state from baton_queue.job where name = 'run'`.execute(db);
  const runs = await db.selectFrom('baton.run').selectAll().orderBy('created_at').orderBy('run_id').execute();
  return { runs, threads, logs, notes: notes.rows, jobs: jobs.rows };
}
