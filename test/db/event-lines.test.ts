import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { up } from '../../migrations/0024-event-lines.ts';
import { readEvents, readThreadEvents } from '../../src/db/events.ts';
import type { Schema } from '../../src/db/schema.ts';
import { asOwner, inTenant } from '../../src/tenancy.ts';
import { openTestDatabase } from '../support/test-database.ts';

/** The log as it was before, a row an event, with the policies that it had. */
const before = `
  drop view baton.event_line;
  drop table baton.event;
  create table baton.event (
    tenant_id text not null default current_setting('baton.tenant'), thread_id uuid not null, seq bigint not null, run_id uuid not null,
    type text not null, data json not null, created_at timestamptz not null default now(),
    primary key (tenant_id, thread_id, seq), foreign key (tenant_id, thread_id) references baton.thread on delete cascade);
  create index event_run on baton.event (run_id, seq);
  alter table baton.event enable row level security;
  alter table baton.event force row level security;
  create policy tenant on baton.event to baton_tenant using (tenant_id = current_setting('baton.tenant', true))`;

interface Old {
  seq: number;
  runId: string;
  data: { type: string; at?: number; [more: string]: unknown };
}

async function write(db: Kysely<Schema>, threadId: string, rows: Old[]): Promise<void> {
  for (const { seq, runId, data } of rows)
    await sql`
      insert into baton.event (tenant_id, thread_id, seq, run_id, type, data, created_at)
      values ('local', ${threadId}, ${seq}, ${runId}, ${data.type}, ${JSON.stringify(data)}::json, to_timestamp(${1_000 + seq}))`.execute(
      db,
    );
}

test('a log that was written a row an event is read as it was, from a row a stretch of a run', async () => {
  const { db } = await openTestDatabase();
  const threadId = randomUUID();
  const [one, other, long] = [randomUUID(), randomUUID(), randomUUID()];
  await db.insertInto('baton.thread').values({ thread_id: threadId, metadata: '{}' }).execute();
  const nasty = { type: 'text-delta', text: 'nul \u0000, \u2028, \n, \\n, "at":5}', at: 7 };
  const rows: Old[] = [
    { seq: 1, runId: one, data: { type: 'turn-start', input: [], at: 5 } },
    { seq: 2, runId: one, data: nasty },
    { seq: 3, runId: other, data: { type: 'turn-error', error: 'cancelled' } },
    { seq: 4, runId: one, data: { type: 'custom', data: { at: 3 } } },
    { seq: 5, runId: one, data: { agent: 'a', type: 'agent-start', at: 9 } },
    ...Array.from({ length: 30 }, (_, at) => ({
      seq: 6 + at,
      runId: long,
      data: { type: 'custom', data: 'x'.repeat(10_000), at },
    })),
  ];
  await asOwner(async () => {
    for (const statement of before.split(';')) await sql.raw(statement).execute(db);
    await write(db, threadId, rows);
    await db.transaction().execute((trx) => up(trx as unknown as Kysely<unknown>)); // a migration knows no tables
  });

  const read = await readThreadEvents(db, { threadId, after: 0, limit: 100 });
  expect(read).toEqual(
    rows.map(({ seq, runId, data }) => ({ at: (1_000 + seq) * 1_000, ...data, threadId, runId, seq })),
  );
  expect(await readEvents(db, { runId: one, after: 2, limit: 100 })).toEqual(read.slice(3, 5));
  const stored = await db
    .selectFrom('baton.event')
    .select(['first_seq', 'last_seq', 'events'])
    .orderBy('first_seq')
    .execute();
  const ranges = stored.map(({ first_seq, last_seq }) => `${first_seq}-${last_seq}`);
  expect(ranges.slice(0, 3)).toEqual(['1-2', '3-3', '4-5']);
  expect(ranges.slice(3)).toHaveLength(3);
  for (const { events } of stored) expect(events.length).toBeLessThan(150_000);
  const lines = stored.flatMap(({ events }) => events.split('\n'));
  for (const line of lines) expect(line).toMatch(/^\{"type":"[a-z-]+".*"at":\d+\}$/s);

  const shown = sql<{ seq: number; type: string; said: unknown }>`
    select seq, type, data -> 'data' as said from baton.event_line where run_id in (${one}, ${other}) and type = 'custom' order by seq`;
  expect((await shown.execute(db)).rows).toEqual([{ seq: 4, type: 'custom', said: { at: 3 } }]);
  expect((await inTenant('another', () => shown.execute(db))).rows).toEqual([]);
});
