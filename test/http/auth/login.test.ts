import { afterAll, beforeAll, expect, test } from 'vitest';
import { asService, inTenant } from '../../../src/tenancy.ts';
import { bcryptHash } from '../../support/bcrypt-hash.ts';
import { browse, makeTenant, makeUser, password, send, withAuth } from '../../support/people.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService({ settings: withAuth });
  await makeTenant(service.context, 'acme');
});
afterAll(() => service.stop());

const login = (body: object) => send(service, 'POST', '/api/v1/auth/login', { body });
const me = (headers: Record<string, string>) => send(service, 'GET', '/api/v1/me', { headers });

interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}
async function tokensOf(name: string): Promise<Tokens> {
  const { body } = await login({ tenant: 'acme', email: `${name}@example.com`, password, tokens: true });
  return body as unknown as Tokens; // what was asked for
}
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const refresh = (refreshToken: string) =>
  send<Tokens>(service, 'POST', '/api/v1/auth/refresh', { body: { refresh_token: refreshToken } });

test('who logs in gets a cookie that scripts and other sites cannot use, and is known by it', async () => {
  const { user_id } = await makeUser(service.context, 'acme', 'ada', { role: 'engineer', graphs: ['desk'] });
  const answer = await login({ tenant: 'acme', email: 'Ada@Example.com', password });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    user: expect.objectContaining({
      id: user_id,
      email: 'ada@example.com',
      role: 'engineer',
      status: 'active',
    }),
    csrf_token: expect.any(String),
  });
  const cookie = answer.headers.get('Set-Cookie') ?? '';
  expect(cookie).toMatch(/^baton=acme\./);
  for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Expires=']) expect(cookie).toContain(part);
  expect(cookie).not.toContain('Secure');
  expect((await me({ Cookie: cookie.split(';')[0] ?? '' })).body).toEqual({
    tenant: 'acme',
    kind: 'user',
    id: user_id,
    name: 'ada',
    role: 'engineer',
    graphs: ['desk'],
    scopes: null,
    email: 'ada@example.com',
  });
});

test('behind TLS the cookie is bound to the host and to TLS', async () => {
  const secure = await startService({
    settings: { ...withAuth, BATON_PUBLIC_URL: 'https://baton.example.com' },
  });
  try {
    await makeUser(secure.context, 'local', 'eve');
    const body = { email: 'eve@example.com', password };
    const { headers } = await send(secure, 'POST', '/api/v1/auth/login', { body });
    expect(headers.get('Set-Cookie')).toMatch(/^__Host-baton=local\..*; Secure/);
    expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000; includeSubDomains');
  } finally {
    await secure.stop();
  }
});

test('a forged, foreign or altered cookie is nobody’s', async () => {
  await makeUser(service.context, 'acme', 'forge');
  const { Cookie } = await browse(service, 'acme', 'forge');
  expect((await me({ Cookie })).status).toBe(200);
  for (const forged of [
    Cookie.replace('acme', 'local'),
    `${Cookie.slice(0, -2)}${Cookie.endsWith('aa') ? 'bb' : 'aa'}`,
    'baton=acme',
    'baton=..',
    `baton=acme.${crypto.randomUUID()}.${'a'.repeat(43)}`,
    `baton='; drop table baton.user; --`,
  ]) {
    expect((await me({ Cookie: forged })).status, forged).toBe(401);
  }
});

test('whatever is not right, the answer is the same', async () => {
  const { db } = service.context;
  await makeUser(service.context, 'acme', 'known');
  await makeUser(service.context, 'acme', 'invited', { passwordHash: undefined });
  const disabled = await makeUser(service.context, 'acme', 'gone');
  await inTenant('acme', () =>
    db
      .updateTable('baton.user')
      .set({ status: 'disabled' })
      .where('user_id', '=', disabled.user_id)
      .execute(),
  );
  await makeTenant(service.context, 'stopped');
  await makeUser(service.context, 'stopped', 'known');
  await asService(() =>
    db
      .updateTable('baton.tenant')
      .set({ suspended_at: new Date() })
      .where('tenant_id', '=', 'stopped')
      .execute(),
  );
  const answers = await Promise.all([
    login({ tenant: 'acme', email: 'known@example.com', password: 'not the right password' }),
    login({ tenant: 'acme', email: 'nobody@example.com', password }),
    login({ tenant: 'nowhere', email: 'known@example.com', password }),
    login({ tenant: 'acme', email: 'invited@example.com', password }),
    login({ tenant: 'acme', email: 'gone@example.com', password }),
    login({ tenant: 'stopped', email: 'known@example.com', password }),
  ]);
  const told = answers.map(({ status, body, headers }) => ({
    status,
    detail: body.detail,
    cookie: headers.get('Set-Cookie'),
  }));
  for (const each of told) expect(each).toEqual({ ...told[0], status: 401, cookie: null });
});

test('how long a refusal takes tells nothing of whether somebody has the address', async () => {
  await makeUser(service.context, 'acme', 'timed');
  const slow = await bcryptHash(password, 11);
  await makeUser(service.context, 'acme', 'slow', { passwordHash: slow });
  const took: number[] = [];
  for (const name of ['timed', 'slow', 'untimed']) {
    const began = performance.now();
    await login({ tenant: 'acme', email: `${name}@example.com`, password: 'not the right password' });
    took.push(performance.now() - began);
  }
  for (const milliseconds of took) expect(milliseconds).toBeGreaterThan(480);
});

test('a hash of bcrypt is replaced by one of argon2id when its user comes', async () => {
  const hash = await bcryptHash(password, 5, '2y');
  const { user_id } = await makeUser(service.context, 'acme', 'old', { passwordHash: hash });
  const kept = () =>
    inTenant('acme', () =>
      service.context.db
        .selectFrom('baton.user')
        .select(['password_hash', 'last_login_at'])
        .where('user_id', '=', user_id)
        .executeTakeFirstOrThrow(),
    );
  expect(await kept()).toEqual({ password_hash: hash, last_login_at: null });
  for (let time = 0; time < 2; time++) {
    expect((await login({ tenant: 'acme', email: 'old@example.com', password })).status).toBe(200);
    expect(await kept()).toEqual({
      password_hash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/),
      last_login_at: expect.any(Date),
    });
  }
});

test('a program gets tokens, and trades the second for new ones', async () => {
  await makeUser(service.context, 'acme', 'robot', { role: 'viewer' });
  const first = await tokensOf('robot');
  expect(first.expires_in).toBe(900);
  expect((await me(bearer(first.access_token))).body).toMatchObject({
    kind: 'user',
    name: 'robot',
    role: 'viewer',
  });
  const { status, body: second } = await refresh(first.refresh_token);
  expect(status).toBe(200);
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect((await me(bearer(second.access_token))).status).toBe(200);
  expect((await refresh(second.refresh_token)).status).toBe(200);
});

test('a refresh token that comes a second time ends its session, with every token of it', async () => {
  await makeUser(service.context, 'acme', 'robbed');
  const stolen = await tokensOf('robbed');
  const other = await tokensOf('robbed');
  const { body: next } = await refresh(stolen.refresh_token);
  expect((await refresh(stolen.refresh_token)).status).toBe(401);
  expect((await refresh(next.refresh_token)).status).toBe(401);
  expect((await me(bearer(next.access_token))).status).toBe(401);
  expect((await me(bearer(other.access_token))).status).toBe(200);
  const recorded = await inTenant('acme', () =>
    service.context.db
      .selectFrom('baton.audit')
      .select('outcome')
      .where('action', '=', 'session-reuse')
      .execute(),
  );
  expect(recorded).toEqual([{ outcome: 'refused' }]);
});

test('of two who use one refresh token at once, one gets new tokens', async () => {
  await makeUser(service.context, 'acme', 'twice');
  const { refresh_token: refreshToken } = await tokensOf('twice');
  const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
});

test('a cookie is no refresh token, and a refresh token no cookie', async () => {
  await makeUser(service.context, 'acme', 'both');
  const { Cookie } = await browse(service, 'acme', 'both');
  expect((await refresh(Cookie.replace('baton=', ''))).status).toBe(401);
  const { refresh_token: refreshToken } = await tokensOf('both');
  expect((await me({ Cookie: `baton=${refreshToken}` })).status).toBe(401);
  expect((await refresh('nonsense')).status).toBe(401);
});

test('sessions are listed; one or all of them can be ended, and their tokens end with them', async () => {
  await makeUser(service.context, 'acme', 'many');
  const page = await browse(service, 'acme', 'many');
  const [here, there] = [await tokensOf('many'), await tokensOf('many')];
  const { body } = await send<{ sessions: { id: string; kind: string; current: boolean }[] }>(
    service,
    'GET',
    '/api/v1/auth/sessions',
    { headers: page },
  );
  expect(body.sessions.map(({ kind }) => kind).sort()).toEqual(['cookie', 'tokens', 'tokens']);
  expect(body.sessions.filter(({ current }) => current)).toMatchObject([{ kind: 'cookie' }]);
  expect(
    (await send(service, 'POST', '/api/v1/auth/logout', { headers: bearer(there.access_token) })).status,
  ).toBe(204);
  expect((await me(bearer(there.access_token))).status).toBe(401);
  expect((await refresh(there.refresh_token)).status).toBe(401);
  expect((await me(bearer(here.access_token))).status).toBe(200);
  const all = await send(service, 'POST', '/api/v1/auth/logout-all', { headers: page });
  expect(all.status).toBe(204);
  expect(all.headers.get('Set-Cookie')).toMatch(/^baton=; Max-Age=0/);
  expect((await me(page)).status).toBe(401);
  expect((await me(bearer(here.access_token))).status).toBe(401);
});

test('nobody ends a session of somebody else', async () => {
  await makeUser(service.context, 'acme', 'mine');
  await makeUser(service.context, 'acme', 'yours');
  const [mine, yours] = [await browse(service, 'acme', 'mine'), await browse(service, 'acme', 'yours')];
  const list = { headers: yours };
  const { body } = await send<{ sessions: { id: string }[] }>(service, 'GET', '/api/v1/auth/sessions', list);
  for (const id of [body.sessions[0]?.id, crypto.randomUUID(), 'none']) {
    const answer = await send(service, 'DELETE', `/api/v1/auth/sessions/${id}`, { headers: mine });
    expect([answer.status, answer.body.detail]).toEqual([404, `You have no session ${id}.`]);
  }
  expect((await me(yours)).status).toBe(200);
});

test('a session ends when nobody uses it, and in the end in any case', async () => {
  const { db } = service.context;
  const { user_id } = await makeUser(service.context, 'acme', 'idle');
  const page = await browse(service, 'acme', 'idle');
  const set = (times: object) =>
    inTenant('acme', () =>
      db.updateTable('baton.session').set(times).where('user_id', '=', user_id).execute(),
    );
  const expiry = () =>
    inTenant('acme', () =>
      db
        .selectFrom('baton.session')
        .select(['expires_at', 'ends_at'])
        .where('user_id', '=', user_id)
        .executeTakeFirstOrThrow(),
    );
  const soon = new Date(Date.now() + 60_000);
  await set({ used_at: new Date(Date.now() - 120_000), expires_at: soon });
  expect((await me(page)).status).toBe(200);
  expect((await expiry()).expires_at.getTime()).toBeGreaterThan(Date.now() + 11 * 3_600_000);
  await set({ used_at: new Date(Date.now() - 120_000), ends_at: soon });
  expect((await me(page)).status).toBe(200);
  expect((await expiry()).expires_at).toEqual(soon);
  await set({ expires_at: new Date(Date.now() - 1) });
  expect((await me(page)).status).toBe(401);
});

test('a user who is disabled, demoted or deleted is so at once, whatever its token says', async () => {
  await makeUser(service.context, 'acme', 'boss');
  const admin = await browse(service, 'acme', 'boss');
  const { user_id } = await makeUser(service.context, 'acme', 'clerk', { role: 'engineer' });
  const { access_token: accessToken } = await tokensOf('clerk');
  const patch = (body: object) =>
    send(service, 'PATCH', `/api/v1/users/${user_id}`, { headers: admin, body });
  expect((await patch({ role: 'viewer', graphs: ['desk'] })).status).toBe(200);
  expect((await me(bearer(accessToken))).body).toMatchObject({ role: 'viewer', graphs: ['desk'] });
  expect((await patch({ status: 'disabled' })).status).toBe(200);
  expect((await me(bearer(accessToken))).status).toBe(401);
  expect((await patch({ status: 'active' })).status).toBe(200);
  expect((await me(bearer(accessToken))).status).toBe(401);
  const again = await tokensOf('clerk');
  const gone = await send(service, 'DELETE', `/api/v1/users/${user_id}`, { headers: admin });
  expect(gone.status).toBe(204);
  expect((await me(bearer(again.access_token))).status).toBe(401);
});

test('neither the database nor what is recorded has a secret of a session', async () => {
  await makeUser(service.context, 'acme', 'secret');
  const { Cookie } = await browse(service, 'acme', 'secret');
  const { access_token: accessToken, refresh_token: refreshToken } = await tokensOf('secret');
  const { db } = service.context;
  const rows = await inTenant('acme', async () => [
    await db.selectFrom('baton.session').selectAll().execute(),
    await db.selectFrom('baton.refresh_token').selectAll().execute(),
    await db.selectFrom('baton.user').selectAll().execute(),
    await db.selectFrom('baton.audit').selectAll().execute(),
  ]);
  const text = JSON.stringify(rows);
  for (const secret of [password, accessToken, refreshToken.split('.')[2], Cookie.split('.')[2]]) {
    expect(text).not.toContain(secret);
  }
});
