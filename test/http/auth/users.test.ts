import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeUser } from '../../../src/identity/change-user.ts';
import { type Caller, inTenant } from '../../../src/tenancy.ts';
import { bcryptHash } from '../../support/bcrypt-hash.ts';
import { browse, makeTenant, makeUser, password, send, withAuth } from '../../support/people.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;
let admin: Record<string, string>;

beforeAll(async () => {
  service = await startService({ settings: withAuth });
  await makeTenant(service.context, 'acme');
  await makeTenant(service.context, 'other');
  await makeUser(service.context, 'acme', 'admin');
  admin = await browse(service, 'acme', 'admin');
});
afterAll(() => service.stop());

const ask = (method: string, path: string, body?: object, headers = admin) =>
  send(service, method, path, { headers, ...(body && { body }) });
const fields = { email: 'new@example.com', name: 'New', role: 'member' };

test('an admin adds users with a password or a hash from elsewhere, and they can log in', async () => {
  const made = await ask('POST', '/api/v1/users', { ...fields, email: 'Grace@Example.com', password });
  expect(made.status).toBe(201);
  expect(made.body).toEqual({
    id: expect.any(String),
    email: 'grace@example.com',
    name: 'New',
    role: 'member',
    graphs: null,
    status: 'active',
    last_login_at: null,
    created_at: expect.any(String),
    invitation_sent: false,
  });
  const path = made.headers.get('Location') ?? '';
  const { invitation_sent: _, ...user } = made.body;
  expect((await ask('GET', path)).body).toEqual(user);
  const passwordHash = await bcryptHash(password, 4);
  const imported = await ask('POST', '/api/v1/users', {
    ...fields,
    email: 'moved@example.com',
    password_hash: passwordHash,
  });
  expect([imported.status, JSON.stringify(imported.body)]).toEqual([
    201,
    expect.not.stringContaining('$2b$'),
  ]);
  for (const email of ['grace@example.com', 'moved@example.com']) {
    const body = { tenant: 'acme', email, password };
    expect((await send(service, 'POST', '/api/v1/auth/login', { body })).status).toBe(200);
  }
});

test('an address is one user of a tenant, however it is written, and may be one of another tenant', async () => {
  expect((await ask('POST', '/api/v1/users', { ...fields, email: 'one@example.com', password })).status).toBe(
    201,
  );
  expect((await ask('POST', '/api/v1/users', { ...fields, email: 'ONE@example.COM', password })).status).toBe(
    409,
  );
  await makeUser(service.context, 'other', 'one');
});

test.each([
  [{ email: 'no address' }],
  [{ email: 'a@example.com\r\nBcc: b@example.com' }],
  [{ email: `${'a'.repeat(250)}@example.com` }],
  [{ name: 'a\r\nBcc: b@example.com' }],
  [{ name: '' }],
  [{ name: 'x'.repeat(101) }],
  [{ role: 'owner' }],
  [{ password: 'short' }],
  [{ password: 'Password2024!' }],
  [{ password: 'x'.repeat(600) }],
  [{ password_hash: '5f4dcc3b5aa765d61d8327deb882cf99' }],
  [{ password_hash: `$2b$31$${'a'.repeat(53)}` }],
  [{ password, password_hash: `$2b$10$${'a'.repeat(53)}` }],
  [{ operator: true }],
  [{ status: 'active' }],
  [{ tenant_id: 'other' }],
])('a user is not made with %j', async (wrong) => {
  const answer = await ask('POST', '/api/v1/users', { ...fields, email: 'wrong@example.com', ...wrong });
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([400, 'application/problem+json']);
});

test('users are listed page by page', async () => {
  const { body: all } = await ask('GET', '/api/v1/users');
  const total = Number(all.total);
  expect(all).toMatchObject({ next_offset: null, users: expect.any(Array) });
  const emails: string[] = [];
  for (let offset: unknown = 0; offset !== null; ) {
    const { body } = await ask('GET', `/api/v1/users?limit=2&offset=${offset}`);
    emails.push(...(body.users as { email: string }[]).map(({ email }) => email));
    offset = body.next_offset;
  }
  expect(emails).toEqual((all.users as { email: string }[]).map(({ email }) => email));
  expect(emails).toHaveLength(total);
});

test('users of another tenant are not there, whatever is done to them', async () => {
  const { user_id } = await makeUser(service.context, 'other', 'hidden');
  const path = `/api/v1/users/${user_id}`;
  for (const [method, suffix, body] of [
    ['GET', ''],
    ['PATCH', '', { role: 'viewer' }],
    ['DELETE', ''],
    ['POST', '/invitation'],
  ] as const) {
    const answer = await ask(method, `${path}${suffix}`, body);
    expect([method, answer.status, answer.body.detail]).toEqual([method, 404, `No user ${user_id}.`]);
  }
  const { body } = await ask('GET', '/api/v1/users?limit=200');
  expect(JSON.stringify(body)).not.toContain('hidden');
});

test('who is no admin manages nobody', async () => {
  for (const role of ['viewer', 'member', 'engineer'] as const) {
    const { user_id } = await makeUser(service.context, 'acme', role, { role });
    const page = await browse(service, 'acme', role);
    expect((await ask('GET', '/api/v1/users', undefined, page)).status).toBe(403);
    expect((await ask('POST', '/api/v1/users', { ...fields, email: 'x@example.com' }, page)).status).toBe(
      403,
    );
    expect((await ask('PATCH', `/api/v1/users/${user_id}`, { role: 'admin' }, page)).status).toBe(403);
    expect((await ask('GET', '/api/v1/me', undefined, page)).body).toMatchObject({ role });
  }
});

test('nobody gives a role or graphs that they do not have, or touches who is above them', async () => {
  const { db } = service.context;
  const boss = await makeUser(service.context, 'acme', 'boss');
  const clerk = await makeUser(service.context, 'acme', 'clerk', { role: 'viewer' });
  const asking: Caller = {
    tenant: 'acme',
    kind: 'key',
    id: 'k',
    name: 'k',
    role: 'engineer',
    graphs: ['desk'],
  };
  const change = (id: string, what: object) => inTenant('acme', () => changeUser(db, asking, id, what));
  for (const [id, what] of [
    [boss.user_id, { name: 'Fool' }],
    [clerk.user_id, { role: 'admin' }],
    [clerk.user_id, { graphs: null }],
    [clerk.user_id, { graphs: ['desk', 'till'] }],
  ] as const) {
    await expect(change(id, what)).rejects.toMatchObject({ code: 'forbidden' });
  }
  expect(await change(clerk.user_id, { role: 'engineer', graphs: ['desk'] })).toMatchObject({
    graphs: ['desk'],
  });
});

test('the last admin cannot put itself out, also when two try to put out each other', async () => {
  await makeTenant(service.context, 'small');
  const [one, two] = [
    await makeUser(service.context, 'small', 'one'),
    await makeUser(service.context, 'small', 'two'),
  ];
  const pages = [await browse(service, 'small', 'one'), await browse(service, 'small', 'two')];
  const answers = await Promise.all([
    ask('PATCH', `/api/v1/users/${one.user_id}`, { role: 'viewer' }, pages[0]),
    ask('PATCH', `/api/v1/users/${two.user_id}`, { role: 'viewer' }, pages[1]),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const last = answers[0]?.status === 409 ? one : two;
  const page = last === one ? pages[0] : pages[1];
  for (const [method, body] of [
    ['PATCH', { status: 'disabled' }],
    ['PATCH', { role: 'engineer' }],
    ['DELETE', undefined],
  ] as const) {
    expect((await ask(method, `/api/v1/users/${last.user_id}`, body, page)).status).toBe(409);
  }
  expect((await ask('PATCH', `/api/v1/users/${last.user_id}`, { name: 'Last' }, page)).status).toBe(200);
});

test('what was done to users is recorded, without their passwords', async () => {
  const rows = await inTenant('acme', () =>
    service.context.db
      .selectFrom('baton.audit')
      .select(['action', 'actor_kind', 'details'])
      .where('target_type', '=', 'user')
      .execute(),
  );
  const made = rows.find(({ action }) => action === 'user-create');
  expect(made).toMatchObject({ actor_kind: 'user', details: { email: 'Grace@Example.com', role: 'member' } });
  expect(JSON.stringify(rows)).not.toContain(password);
});
