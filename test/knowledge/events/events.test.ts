import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { Schema } from '../../../src/db/schema.ts';
import { addEvent } from '../../../src/knowledge/events/add-event.ts';
import { handOnEvents, hasUntold } from '../../../src/knowledge/events/hand-on-events.ts';
import { newestEvent, readEvent, readEvents } from '../../../src/knowledge/events/read-events.ts';
import { sweepEvents } from '../../../src/knowledge/events/sweep-events.ts';
import { watchFeeds } from '../../../src/knowledge/events/watch-feeds.ts';
import { asOwner, asService, inTenant } from '../../../src/tenancy.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let made: TestDatabase;
let db: Kysely<Schema>;
let tenant: string;
let tenants = 0;
/** What the queue was given, as `tenant event`. */
let queued: string[];
const queue = {
  addJob: async (_trx: unknown, _kind: unknown, data: object) => {
    queued.push(`${tenant} ${(data as { eventNo: number }).eventNo}`); // as handOnEvents gives it
  },
};

beforeAll(async () => {
  made = await makeTestDatabase();
  db = made.database.db;
});
afterAll(() => made.drop());
beforeEach(async () => {
  queued = [];
  tenant = `t${++tenants}`;
  await asOwner(() => db.insertInto('baton.tenant').values({ tenant_id: tenant, name: tenant }).execute());
  await inTenant(tenant, () => addCollection('told', 'https://example.com/hook'));
  await inTenant(tenant, () => addCollection('quiet', null));
});

async function addCollection(collection: string, webhook: string | null): Promise<void> {
  await db
    .insertInto('baton.collection')
    .values({ collection, chunk_tokens: 256, overlap_tokens: 0, webhook, space_no: null })
    .execute();
}

const ids = async (after = 0) => (await readEvents(db, { after }, 1_000)).map(({ id }) => id);

test('an event has a number once it is handed on, and its webhook is handed to the queue once', async () => {
  await inTenant(tenant, async () => {
    await addEvent(db, { type: 'document-ready', collection: 'told', data: { key: 'a.md' } });
    await addEvent(db, { type: 'document-ready', collection: 'quiet' });
    await addEvent(db, { type: 'ticket-opened' });
    expect(await ids()).toEqual([]);
    await Promise.all([handOnEvents(db, queue), handOnEvents(db, queue)]);
    await handOnEvents(db, queue);
    expect(await ids()).toEqual([1, 2, 3]);
    expect(queued).toEqual([`${tenant} 1`]);
    expect(await readEvent(db, 1)).toMatchObject({
      event: { type: 'document-ready', collection: 'told', data: { key: 'a.md' } },
      webhook: 'https://example.com/hook',
    });
  });
});

test('an event of a transaction that fails never was', async () => {
  await inTenant(tenant, async () => {
    const failing = db.transaction().execute(async (trx) => {
      await addEvent(trx, { type: 'document-ready', collection: 'told' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await addEvent(db, { type: 'document-failed', collection: 'told' });
    await handOnEvents(db, queue);
    expect(await readEvents(db, { after: 0 }, 10)).toMatchObject([{ id: 1, type: 'document-failed' }]);
  });
});

test('events that are handed on and not queued are handed on again', async () => {
  await inTenant(tenant, async () => {
    await addEvent(db, { type: 'document-ready', collection: 'told' });
    const broken = { addJob: () => Promise.reject(new Error('no queue')) };
    await expect(handOnEvents(db, broken)).rejects.toThrow('no queue');
    expect(await ids()).toEqual([]);
    await handOnEvents(db, queue);
    expect(queued).toEqual([`${tenant} 1`]);
  });
});

test('a thousand events keep the order in which they were written', async () => {
  await inTenant(tenant, async () => {
    await db.transaction().execute(async (trx) => {
      for (let at = 1; at <= 1_000; at++) await addEvent(trx, { type: 'document-added', data: { at } });
    });
    await handOnEvents(db, queue);
    const events = await readEvents(db, { after: 0 }, 1_000);
    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 1_000 }, (_, at) => at + 1));
    expect(events.map(({ data }) => data.at)).toEqual(events.map(({ id }) => id));
  });
});

const withConnections = test.skipIf(inject('template').kind === 'pglite'); // which has one, so nothing overlaps

withConnections('an event that is committed late comes after those that were read before it', async () => {
  await inTenant(tenant, async () => {
    const late = await begin('late');
    await (await begin('early')).commit();
    await handOnEvents(db, queue);
    const first = await readEvents(db, { after: 0 }, 10);
    expect(first).toMatchObject([{ id: 1, data: { name: 'early' } }]);
    await late.commit();
    await handOnEvents(db, queue);
    expect(await readEvents(db, { after: 1 }, 10)).toMatchObject([{ id: 2, data: { name: 'late' } }]);
  });
});

withConnections('a reader that pages by number misses nothing while many write', async () => {
  await inTenant(tenant, async () => {
    let writing = true;
    const seen: number[] = [];
    const read = (async () => {
      for (let last = false; !last; ) {
        last = !writing;
        await handOnEvents(db, queue);
        const after = (await readEvents(db, { after: seen.at(-1) ?? 0 }, 50)).map(({ id }) => id);
        seen.push(...after);
        if (after.length > 0) last = false;
      }
    })();
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let at = 0; at < 25; at++)
        await db.transaction().execute(async (trx) => {
          await addEvent(trx, { type: 'document-added', collection: 'told', data: { writer, at } });
          await sql`select pg_sleep(${Math.random() / 100})`.execute(trx);
        });
    });
    await Promise.all(writers);
    writing = false;
    await read;
    expect(seen).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(new Set(queued).size).toBe(100);
  });
});

test('tenants count by themselves and see their own', async () => {
  const other = `${tenant}b`;
  await asOwner(() => db.insertInto('baton.tenant').values({ tenant_id: other, name: other }).execute());
  for (const whose of [tenant, other, tenant])
    await inTenant(whose, () => addEvent(db, { type: 'ticket-opened', data: { whose } }));
  for (const [whose, count] of [
    [tenant, 2],
    [other, 1],
  ] as const)
    await inTenant(whose, async () => {
      await handOnEvents(db, queue);
      const events = await readEvents(db, { after: 0 }, 10);
      expect(events.map(({ data }) => data.whose)).toEqual(Array(count).fill(whose));
      expect(await newestEvent(db)).toBe(count);
    });
});

test('old events go, the newest and those that nobody was told of stay, and numbers go on', async () => {
  await inTenant(tenant, async () => {
    for (let at = 0; at < 4; at++) await addEvent(db, { type: 'ticket-opened' });
    await handOnEvents(db, queue);
    await addEvent(db, { type: 'ticket-answered' });
  });
  const age = { created_at: sql<Date>`now() - interval '40 days'` };
  await asService(() =>
    db.updateTable('baton.domain_event').set(age).where('tenant_id', '=', tenant).execute(),
  );
  expect(await sweepEvents(db, 50)).toBe(0);
  expect(await sweepEvents(db, 30, 2)).toBe(3);
  await inTenant(tenant, async () => {
    expect(await ids()).toEqual([4]);
    expect(await hasUntold(db)).toBe(true);
    await handOnEvents(db, queue);
    expect(await ids()).toEqual([4, 5]);
  });
});

test('streams of one tenant look together, and what waits is handed on by the look', async () => {
  await inTenant(tenant, async () => {
    await addEvent(db, { type: 'ticket-opened' });
    const feeds = watchFeeds({ db, queue });
    const looks = Array.from({ length: 50 }, () => feeds.newest());
    expect(new Set(looks).size).toBe(1);
    expect(await looks[0]).toBe(1);
  });
});

/** A transaction that has written an event and is open. */
async function begin(name: string): Promise<{ commit(): Promise<void> }> {
  const written = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const done = db.transaction().execute(async (trx) => {
    await addEvent(trx, { type: 'document-ready', collection: 'told', data: { name } });
    written.resolve();
    await go.promise;
  });
  await Promise.race([written.promise, done]);
  return {
    async commit() {
      go.resolve();
      await done;
    },
  };
}
