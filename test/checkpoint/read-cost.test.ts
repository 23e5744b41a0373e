import { randomUUID } from 'node:crypto';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { type Kysely, sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import type { Schema } from '../../src/db/schema.ts';
import type { Message } from '../../src/message.ts';
import { inTenant, localTenant } from '../../src/tenancy.ts';
import { makeTestDatabase } from '../support/test-database.ts';
import { ai, human, on, openJournal } from './support.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

/** The state keeps the last ten messages, as a window does. */
const state = Annotation.Root({
  messages: Annotation<Message[]>({
    reducer: (left, right) => left.concat(right).slice(-10),
    default: () => [],
  }),
});

async function turn(where: Kysely<Schema>, thread: string): Promise<void> {
  const { journal, finish } = openJournal(where, thread);
  const chat = new StateGraph(state)
    .addNode('answer', ({ messages }) => ({ messages: [ai(`${messages.at(-1)?.id}-reply`)] }))
    .addEdge(START, 'answer')
    .addEdge('answer', END)
    .compile({ checkpointer: new KyselySaver(where, { appendOnly: ['messages'] }) });
  const configurable = { ...on(thread).configurable, run_id: randomUUID(), journal };
  await chat.invoke({ messages: [human(randomUUID())] }, { configurable });
  await finish();
}

/** How many rows and index entries of what is saved the work of one transaction read. */
async function rowsRead(work: (trx: Kysely<Schema>) => Promise<unknown>): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const before = await rowsReadSoFar(trx);
    await work(trx);
    return (await rowsReadSoFar(trx)) - before;
  });
}

/** By this session, since PostgreSQL last added up what its sessions read, which it does between transactions. */
async function rowsReadSoFar(trx: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ rows: number }>`
    select sum(pg_stat_get_xact_tuples_returned(c.oid))::int as rows
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'baton' and c.relname like 'checkpoint%'`.execute(trx);
  return rows[0]?.rows ?? 0;
}

test('a windowed thread of two hundred turns reads as few rows a turn as one of twenty', () =>
  inTenant(localTenant, async () => {
    for (let other = 0; other < 60; other++)
      for (let count = 0; count < 2; count++) await turn(db, `other-${other}`);
    for (let count = 0; count < 20; count++) await turn(db, 'short');
    for (let count = 0; count < 200; count++) await turn(db, 'long');
    await inTenant({ tenant: localTenant, owner: true }, () => sql`analyze`.execute(db));
    const [short, long] = [
      await rowsRead((trx) => turn(trx, 'short')),
      await rowsRead((trx) => turn(trx, 'long')),
    ];
    expect(short).toBeGreaterThan(0);
    expect(long - short).toBeLessThanOrEqual(10);
  }));

test('a state is found by its id among those of two hundred turns as among those of twenty', () =>
  inTenant(localTenant, async () => {
    const read = async (thread: string) => {
      const newest = await new KyselySaver(db).getTuple(on(thread));
      const id: string = newest?.config.configurable?.checkpoint_id;
      return rowsRead((trx) => new KyselySaver(trx, { appendOnly: ['messages'] }).getTuple(on(thread, id)));
    };
    const [short, long] = [await read('short'), await read('long')];
    expect(short).toBeGreaterThan(0);
    expect(long - short).toBeLessThanOrEqual(10);
  }));
