import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetAttempts, startAttempt, takeBackAttempt } from '../../../src/identity/attempts.ts';
import { asService, inTenant } from '../../../src/tenancy.ts';
import { makeTenant, makeUser, password, send, withAuth } from '../../support/people.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService({
    settings: { ...withAuth, BATON_LOGIN_ATTEMPTS: '4', BATON_LOGIN_LOCK_MINUTES: '2' },
  });
  await makeTenant(service.context, 'acme');
});
afterAll(() => service.stop());

const wrong = 'not the right password';
const login = (email: string, secret: string) =>
  send(service, 'POST', '/api/v1/auth/login', { body: { tenant: 'acme', email, password: secret } });

/** Lets time pass for everything that was tried. */
const wait = (seconds: number) =>
  asService(() =>
    sql`update baton.attempt set allowed_at = allowed_at - make_interval(secs => ${seconds}),
      forget_at = forget_at - make_interval(secs => ${seconds})`.execute(service.context.db),
  );

test.each(['victim', 'nobody'])(
  'who fails too often waits longer each time, and then is locked out: %s',
  async (name) => {
    if (name === 'victim') await makeUser(service.context, 'acme', name);
    const email = `${name}@example.com`;
    expect((await login(email, wrong)).status).toBe(401);
    expect((await login(email, wrong)).status).toBe(401);
    const early = await login(email, password);
    expect([early.status, early.headers.get('Retry-After')]).toEqual([429, '1']);
    await wait(1);
    expect((await login(email, wrong)).status).toBe(401);
    const later = await login(email, wrong);
    expect([later.status, later.headers.get('Retry-After')]).toEqual([429, '2']);
    await wait(2);
    expect((await login(email, wrong)).status).toBe(401);
    const locked = await login(email, password);
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get('Retry-After'))).toBeGreaterThan(110);
    expect(locked.body.detail).toMatch(/^Too many attempts\. Try again in \d+ s\.$/);
    await wait(120);
    expect((await login(email, password)).status).toBe(name === 'victim' ? 200 : 401);
  },
);

test('that an account was locked is recorded', async () => {
  const recorded = await inTenant('acme', () =>
    service.context.db
      .selectFrom('baton.audit')
      .select(['details', 'outcome'])
      .where('action', '=', 'account-lock')
      .execute(),
  );
  expect(recorded).toEqual([{ outcome: 'refused', details: { email: 'victim@example.com' } }]);
});

test('guesses that are made at once are counted like guesses one after the other', async () => {
  await makeUser(service.context, 'acme', 'rushed');
  const answers = await Promise.all(Array.from({ length: 20 }, () => login('rushed@example.com', wrong)));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(2);
  expect(statuses.filter((status) => status === 429)).toHaveLength(18);
});

test('who gets in has failed at nothing', async () => {
  await makeUser(service.context, 'acme', 'forgetful');
  for (let time = 0; time < 3; time++) {
    expect((await login('forgetful@example.com', wrong)).status).toBe(401);
    expect((await login('forgetful@example.com', password)).status).toBe(200);
  }
});

test('an address that fails with many accounts is stopped, and no right password of its own clears it', async () => {
  const { db } = service.context;
  const tried = { what: 'log-in-from', who: '203.0.113.9', pace: { free: 2, most: 4, seconds: 60 } } as const;
  await startAttempt(db, tried);
  await startAttempt(db, tried);
  await takeBackAttempt(db, tried);
  expect(await startAttempt(db, tried)).toEqual({ locked: false });
  await expect(startAttempt(db, tried)).rejects.toMatchObject({ code: 'too-many-requests', retryAfter: 1 });
  await wait(1);
  await startAttempt(db, tried);
  await wait(2);
  expect(await startAttempt(db, tried)).toEqual({ locked: true });
  await expect(startAttempt(db, tried)).rejects.toMatchObject({ code: 'too-many-requests', retryAfter: 60 });
  expect(await startAttempt(db, { ...tried, who: '203.0.113.10' })).toEqual({ locked: false });
  await forgetAttempts(db, tried);
  expect(await startAttempt(db, tried)).toEqual({ locked: false });
});

test('what was tried is kept without names', async () => {
  const rows = await asService(() => service.context.db.selectFrom('baton.attempt').select('key').execute());
  expect(rows.length).toBeGreaterThan(1);
  for (const { key } of rows) expect(key).toMatch(/^[\w-]{43}$/);
});
