import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schema } from '../../src/db/schema.ts';
import { createThread, getThread } from '../../src/db/threads.ts';
import { asOwner, asService, assumeWork, inTenant, localTenant } from '../../src/tenancy.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
let db: Kysely<Schema>;

beforeAll(async () => {
  made = await makeTestDatabase();
  ({ db } = made.database);
  await asOwner(() =>
    db
      .insertInto('baton.tenant')
      .values(['acme', 'globex'].map((tenant_id) => ({ tenant_id, name: tenant_id })))
      .execute(),
  );
});

afterAll(() => made.drop());

const threadId = '0192d7f0-0000-7000-8000-000000000001';

async function whoAmI(trx: Kysely<Schema> = db): Promise<{ role: string; tenant: string }> {
  const { rows } = await sql<{ role: string; tenant: string }>`
    select current_user as role, current_setting('baton.tenant', true) as tenant`.execute(trx);
  return rows[0] ?? { role: 'nobody', tenant: '' };
}

describe('a statement works as whoever asks', () => {
  test('as a tenant, by itself and in a transaction', async () => {
    expect(await inTenant('acme', () => whoAmI())).toEqual({ role: 'baton_tenant', tenant: 'acme' });
    const inside = inTenant('globex', () => db.transaction().execute((trx) => whoAmI(trx)));
    expect(await inside).toEqual({ role: 'baton_tenant', tenant: 'globex' });
  });

  test('as the service, and as the owner', async () => {
    expect(await asService(() => whoAmI())).toEqual({ role: 'baton_service', tenant: '' });
    expect((await asOwner(() => whoAmI())).role).not.toMatch(/^baton_(tenant|service)$/);
  });

  test('on nobody’s behalf nothing is asked at all', async () => {
    assumeWork(undefined);
    await expect(whoAmI()).rejects.toThrow('on behalf of a tenant');
    assumeWork({ tenant: localTenant, owner: true });
  });

  test('the role and the tenant are gone with the statement and with the transaction, however they end', async () => {
    await inTenant('acme', () => whoAmI());
    await inTenant('acme', () => db.transaction().execute((trx) => whoAmI(trx)));
    const failing = () => sql`select 1 / 0`.execute(db);
    await expect(inTenant('acme', failing)).rejects.toThrow('division by zero');
    const failingInside = () => db.transaction().execute((trx) => sql`select 1 / 0`.execute(trx));
    await expect(inTenant('acme', failingInside)).rejects.toThrow('division by zero');
    const rolledBack = () =>
      db.transaction().execute(async (trx) => {
        await whoAmI(trx);
        throw new Error('thought better of it');
      });
    await expect(inTenant('acme', rolledBack)).rejects.toThrow('thought better');
    const many = Array.from({ length: 12 }, () => asOwner(() => whoAmI()));
    for (const { role, tenant } of await Promise.all(many)) {
      expect(role).not.toMatch(/^baton_/);
      expect(tenant || '').toBe('');
    }
  });

  test('rows, counts and errors come back as without a role', async () => {
    const rows = await inTenant('acme', () =>
      sql<{
        n: number;
        at: Date;
      }>`select n::int8 as n, now() as at from generate_series(1, ${3}::int) n`.execute(db),
    );
    expect(rows.rows.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(rows.rows[0]?.at).toBeInstanceOf(Date);
    const touched = await inTenant('acme', () =>
      db.updateTable('baton.thread').set({ status: 'idle' }).where('status', '=', 'error').executeTakeFirst(),
    );
    expect(touched.numUpdatedRows).toBe(0n);
    const broken = inTenant('acme', () => sql`selec`.execute(db));
    await expect(broken).rejects.toMatchObject({ code: '42601' });
  });

  test('many tenants at once on few connections never see each other’s', async () => {
    const tenants = Array.from({ length: 200 }, (_, at) => (at % 2 ? 'acme' : 'globex'));
    const seen = await Promise.all(
      tenants.map((tenant, at) =>
        inTenant(tenant, () => (at % 3 ? whoAmI() : db.transaction().execute((trx) => whoAmI(trx)))),
      ),
    );
    expect(seen.map(({ tenant }) => tenant)).toEqual(tenants);
  });
});

describe('two tenants with the same ids', () => {
  test('have a thread each, and know nothing of the other’s', async () => {
    const make = (whose: string) =>
      inTenant(whose, () => createThread(db, { threadId, metadata: { whose } }));
    expect((await make('acme'))?.tenant_id).toBe('acme');
    expect((await make('globex'))?.tenant_id).toBe('globex');
    expect(await make('acme')).toBeUndefined();
    expect((await inTenant('acme', () => getThread(db, threadId)))?.metadata).toEqual({ whose: 'acme' });
  });

  test('cannot write rows in another’s name, nor move their own there', async () => {
    const forge = () =>
      db
        .insertInto('baton.thread')
        .values({ ...bare, tenant_id: 'globex' })
        .execute();
    await expect(inTenant('acme', forge)).rejects.toMatchObject({ code: '42501' });
    const move = () => db.updateTable('baton.thread').set({ tenant_id: 'globex' }).execute();
    await expect(inTenant('acme', move)).rejects.toMatchObject({ code: '42501' });
  });

  test('cannot make a tenant, nor change a table', async () => {
    const make = () => db.insertInto('baton.tenant').values({ tenant_id: 'new', name: 'New' }).execute();
    await expect(inTenant('acme', make)).rejects.toMatchObject({ code: '42501' });
    const alter = () => sql`alter table baton.thread disable row level security`.execute(db);
    await expect(inTenant('acme', alter)).rejects.toMatchObject({ code: '42501' });
  });

  test('go with all that is theirs, and nobody else’s', async () => {
    await asOwner(() => db.deleteFrom('baton.tenant').where('tenant_id', '=', 'globex').execute());
    const left = await asService(() => db.selectFrom('baton.thread').select('tenant_id').execute());
    expect(left).toEqual([{ tenant_id: 'acme' }]);
  });
});

const bare = {
  thread_id: '0192d7f0-0000-7000-8000-000000000002',
  graph: null,
  graph_version: null,
  metadata: '{}',
};
