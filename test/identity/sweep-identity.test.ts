import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAttempt } from '../../src/identity/attempts.ts';
import { makeMailToken } from '../../src/identity/mail-tokens.ts';
import { startSession } from '../../src/identity/sessions.ts';
import { sweepIdentity } from '../../src/identity/sweep-identity.ts';
import { asService, inTenant } from '../../src/tenancy.ts';
import { makeTenant, makeUser } from '../support/people.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;

beforeAll(async () => {
  made = await makeTestDatabase();
});
afterAll(() => made.drop());

test('what has expired goes, of every tenant; what has not stays', async () => {
  const { db } = made.database;
  const times = { sessionIdleMinutes: 60, sessionMaxMinutes: 60 };
  for (const tenant of ['acme', 'other']) {
    await makeTenant(made.database, tenant);
    const { user_id } = await makeUser(made.database, tenant, 'ada');
    await inTenant(tenant, async () => {
      for (const tokens of [false, true]) await startSession(db, times, { userId: user_id, tokens });
      await makeMailToken(db, user_id, 'reset');
    });
    const pace = { free: 1, most: 2, seconds: 60 };
    await startAttempt(db, { what: 'log-in', who: tenant, pace });
  }
  const count = () =>
    asService(async () => [
      (await db.selectFrom('baton.session').select('session_id').execute()).length,
      (await db.selectFrom('baton.refresh_token').select('token_hash').execute()).length,
      (await db.selectFrom('baton.mail_token').select('token_hash').execute()).length,
      (await db.selectFrom('baton.attempt').select('key').execute()).length,
    ]);
  await sweepIdentity(db);
  expect(await count()).toEqual([4, 2, 2, 2]);
  const past = new Date(Date.now() - 1_000);
  await inTenant('acme', () => db.updateTable('baton.session').set({ expires_at: past }).execute());
  await sweepIdentity(db);
  expect(await count()).toEqual([2, 1, 2, 2]);
  await asService(() => db.updateTable('baton.attempt').set({ forget_at: past }).execute());
  await sweepIdentity(db);
  expect(await count()).toEqual([2, 1, 2, 0]);
});
