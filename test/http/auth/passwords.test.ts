import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTenant } from '../../../src/tenancy.ts';
import { browse, makeTenant, makeUser, password, send, withAuth } from '../../support/people.ts';
import { type Inbox, linkIn, openInbox, textOf } from '../../support/smtp-inbox.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let inbox: Inbox;
let service: TestService;
let admin: Record<string, string>;

beforeAll(async () => {
  inbox = await openInbox();
  service = await startService({
    settings: {
      ...withAuth,
      BATON_SMTP_URL: `smtp://${inbox.host}`,
      BATON_MAIL_FROM: 'baton@example.com',
      BATON_PUBLIC_URL: 'http://baton.example.com',
      BATON_LOGIN_ATTEMPTS: '3',
    },
  });
  await makeTenant(service.context, 'acme', 'Acme & Sons');
  await makeUser(service.context, 'acme', 'admin');
  admin = await browse(service, 'acme', 'admin');
});
afterAll(async () => {
  await service.stop();
  await inbox.close();
});

const better = 'seventeen lanterns underwater';
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  send(service, 'POST', path, { body, headers });
const login = (name: string, secret: string) =>
  post('/api/v1/auth/login', { tenant: 'acme', email: `${name}@example.com`, password: secret });

/** Asks for a new password, and takes the token out of the mail that comes. */
async function tokenFor(name: string): Promise<string> {
  const coming = inbox.next(`${name}@example.com`);
  const asked = await post('/api/v1/auth/reset-request', { tenant: 'acme', email: `${name}@example.com` });
  expect(asked.status).toBe(202);
  return new URL(linkIn(await coming)).hash.slice(1);
}

test('who forgot a password sets a new one with a link that came by mail, once', async () => {
  await makeUser(service.context, 'acme', 'ada');
  const before = await browse(service, 'acme', 'ada');
  const coming = inbox.next('ada@example.com');
  await post(
    '/api/v1/auth/reset-request',
    { tenant: 'acme', email: 'ADA@example.com' },
    { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' },
  );
  const mail = await coming;
  expect(mail.to).toEqual(['ada@example.com']);
  expect(mail.source).not.toContain('evil.example');
  const link = new URL(linkIn(mail));
  expect(`${link.origin}${link.pathname}`).toBe('http://baton.example.com/account/reset');
  const token = link.hash.slice(1);
  const weak = await post('/api/v1/auth/reset', { token, password: 'Password2024!' });
  expect([weak.status, weak.body.errors]).toEqual([400, [{ path: 'password', detail: expect.any(String) }]]);
  expect((await post('/api/v1/auth/reset', { token, password: better })).status).toBe(204);
  expect((await post('/api/v1/auth/reset', { token, password: better })).status).toBe(400);
  expect((await login('ada', password)).status).toBe(401);
  expect((await login('ada', better)).status).toBe(200);
  expect((await send(service, 'GET', '/api/v1/me', { headers: before })).status).toBe(401);
});

test('the answer is the same, and no mail goes out, when nobody who may come in has the address', async () => {
  const { db } = service.context;
  const { user_id } = await makeUser(service.context, 'acme', 'fired');
  await inTenant('acme', () =>
    db.updateTable('baton.user').set({ status: 'disabled' }).where('user_id', '=', user_id).execute(),
  );
  const before = inbox.mails.length;
  const answers = [];
  for (const asked of [
    { tenant: 'acme', email: 'fired@example.com' },
    { tenant: 'acme', email: 'nobody@example.com' },
    { tenant: 'nowhere', email: 'nobody@example.com' },
  ]) {
    answers.push(await post('/api/v1/auth/reset-request', asked));
  }
  for (const { status, body } of answers) expect([status, body]).toEqual([202, {}]);
  await makeUser(service.context, 'acme', 'last');
  await tokenFor('last'); // whatever was on its way has come before this one
  expect(inbox.mails.length).toBe(before + 1);
});

test('a token is for its purpose and its tenant, and for an hour', async () => {
  const { db } = service.context;
  await makeUser(service.context, 'acme', 'late');
  const token = await tokenFor('late');
  for (const [path, given] of [
    ['/api/v1/auth/accept-invitation', token],
    ['/api/v1/auth/reset', token.replace('acme', 'local')],
    ['/api/v1/auth/reset', `${token.slice(0, -2)}${token.endsWith('aa') ? 'bb' : 'aa'}`],
    ['/api/v1/auth/reset', ''],
  ] as const) {
    const answer = await post(path, { token: given, password: better });
    expect([answer.status, answer.body.detail]).toEqual([
      400,
      'This link is not valid any more: ask for another one.',
    ]);
  }
  const rows = () => inTenant('acme', () => db.selectFrom('baton.mail_token').selectAll().execute());
  const [row] = (await rows()).filter(({ purpose }) => purpose === 'reset').slice(-1);
  const lives = (row?.expires_at.getTime() ?? 0) - Date.now();
  expect(lives / 60_000).toBeGreaterThan(58);
  expect(lives / 60_000).toBeLessThanOrEqual(60);
  expect(JSON.stringify(await rows())).not.toContain(token.split('.')[2]);
  await inTenant('acme', () => db.deleteFrom('baton.mail_token').execute());
  expect((await post('/api/v1/auth/reset', { token, password: better })).status).toBe(400);
});

test('only the newest token works', async () => {
  await makeUser(service.context, 'acme', 'eager');
  const first = await tokenFor('eager');
  const second = await tokenFor('eager');
  expect((await post('/api/v1/auth/reset', { token: first, password: better })).status).toBe(400);
  expect((await post('/api/v1/auth/reset', { token: second, password: better })).status).toBe(204);
});

test('of two who use a token at once, one sets the password', async () => {
  await makeUser(service.context, 'acme', 'raced');
  const token = await tokenFor('raced');
  const answers = await Promise.all(
    [better, `${better} two`].map((secret) => post('/api/v1/auth/reset', { token, password: secret })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
});

test('an account that is locked is opened by a new password', async () => {
  await makeUser(service.context, 'acme', 'locked');
  let answer = await login('locked', 'not the right password');
  while (answer.status === 401) answer = await login('locked', 'not the right password');
  expect((await login('locked', password)).status).toBe(429);
  const token = await tokenFor('locked');
  expect((await post('/api/v1/auth/reset', { token, password: better })).status).toBe(204);
  expect((await login('locked', better)).status).toBe(200);
});

test('nobody is flooded with mails', async () => {
  await makeUser(service.context, 'acme', 'flooded');
  const ask = () => post('/api/v1/auth/reset-request', { tenant: 'acme', email: 'flooded@example.com' });
  const statuses = [];
  for (let time = 0; time < 8; time++) statuses.push((await ask()).status);
  expect(statuses.filter((status) => status === 202).length).toBeLessThanOrEqual(5);
  expect(statuses.at(-1)).toBe(429);
});

test('who is invited chooses a password, and is a user from then on', async () => {
  const coming = inbox.next('guest@example.com');
  const fields = { email: 'guest@example.com', name: 'Guest <b>', role: 'member', graphs: ['desk'] };
  const invited = await post('/api/v1/users', fields, admin);
  expect(invited.body).toMatchObject({ status: 'invited', invitation_sent: true });
  const mail = await coming;
  expect(textOf(mail)).toContain('You are invited to Acme & Sons.');
  const first = new URL(linkIn(mail));
  expect(first.pathname).toBe('/account/invitation');
  expect((await login('guest', better)).status).toBe(401);
  const again = inbox.next('guest@example.com');
  await send(service, 'POST', `/api/v1/users/${invited.body.id}/invitation`, { headers: admin });
  const second = new URL(linkIn(await again)).hash.slice(1);
  const accept = (token: string) => post('/api/v1/auth/accept-invitation', { token, password: better });
  expect((await accept(first.hash.slice(1))).status).toBe(400);
  expect((await accept(second)).status).toBe(204);
  expect((await login('guest', better)).body).toMatchObject({ user: { status: 'active', graphs: ['desk'] } });
  const more = await send(service, 'POST', `/api/v1/users/${invited.body.id}/invitation`, { headers: admin });
  expect(more.status).toBe(409);
});

test('an invitation of who is disabled meanwhile is void', async () => {
  const coming = inbox.next('unwanted@example.com');
  const { body } = await post('/api/v1/users', { email: 'unwanted@example.com', name: 'U' }, admin);
  const token = new URL(linkIn(await coming)).hash.slice(1);
  const path = `/api/v1/users/${body.id}`;
  expect((await send(service, 'PATCH', path, { headers: admin, body: { status: 'active' } })).status).toBe(
    409,
  );
  await send(service, 'PATCH', path, { headers: admin, body: { status: 'disabled' } });
  expect((await post('/api/v1/auth/accept-invitation', { token, password: better })).status).toBe(400);
});

test('who knows the old password sets a new one, and is logged out elsewhere', async () => {
  await makeUser(service.context, 'acme', 'careful');
  const [here, there] = [await browse(service, 'acme', 'careful'), await browse(service, 'acme', 'careful')];
  const change = (currentPassword: string, newPassword: string) =>
    post('/api/v1/me/password', { current_password: currentPassword, new_password: newPassword }, here);
  expect((await change('not the right password', better)).status).toBe(403);
  expect((await change(password, 'careful123456')).status).toBe(400);
  expect((await change(password, better)).status).toBe(204);
  expect((await send(service, 'GET', '/api/v1/me', { headers: here })).status).toBe(200);
  expect((await send(service, 'GET', '/api/v1/me', { headers: there })).status).toBe(401);
  expect((await login('careful', better)).status).toBe(200);
});

test('the page that the links lead to loads nothing from elsewhere, and sends the token nowhere', async () => {
  for (const path of ['/account/reset', '/account/invitation']) {
    const page = await service.app.request(path);
    const html = await page.text();
    expect(page.headers.get('Content-Security-Policy')).not.toContain('unsafe');
    expect(page.headers.get('Referrer-Policy')).toBe('no-referrer');
    const links = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, link = '']) => link);
    expect(links).toEqual(['/account/page.css', '/account/page.js']);
    for (const link of links) expect((await service.app.request(link)).status).toBe(200);
  }
});
