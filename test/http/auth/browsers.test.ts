import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { browse, makeTenant, makeUser, password, send, withAuth } from '../../support/people.ts';
import { startService, type TestService } from '../../support/start-service.ts';

const listed = 'https://app.example.com';
let closed: TestService;
let local: TestService;
let page: Record<string, string>;

beforeAll(async () => {
  closed = await startService({
    settings: { ...withAuth, BATON_PUBLIC_URL: 'https://baton.example.com', BATON_CORS_ORIGINS: listed },
  });
  local = await startService();
  await makeTenant(closed.context, 'acme');
  await makeUser(closed.context, 'acme', 'ada');
  page = await browse(closed, 'acme', 'ada');
});
afterAll(() => Promise.all([closed.stop(), local.stop()]));

const thread = (headers: Record<string, string>, service = closed) =>
  send(service, 'POST', '/threads', { body: {}, headers });

test('what changes something and stands on a cookie needs the session’s own token', async () => {
  const { Cookie = '', 'X-CSRF-Token': token = '' } = page;
  const other = await browse(closed, 'acme', 'ada');
  expect((await thread({ Cookie, 'X-CSRF-Token': token })).status).toBe(200);
  for (const wrong of [undefined, '', 'x', `${token}x`, token.toLowerCase(), other['X-CSRF-Token']]) {
    const answer = await thread({ Cookie, ...(wrong !== undefined && { 'X-CSRF-Token': wrong }) });
    expect([wrong, answer.status]).toEqual([wrong, 403]);
  }
  expect((await send(closed, 'GET', '/api/v1/me', { headers: { Cookie } })).status).toBe(200);
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    expect((await send(closed, method, '/threads/x', { body: {}, headers: { Cookie } })).status).not.toBe(
      200,
    );
  }
});

test('a page reads its token where it can read, and it is the one that it got at log-in', async () => {
  const { Cookie = '', 'X-CSRF-Token': csrf_token = '' } = page;
  const answer = await send(closed, 'GET', '/api/v1/auth/csrf', { headers: { Cookie } });
  expect([answer.body, answer.headers.get('Cache-Control')]).toEqual([{ csrf_token }, 'no-store']);
  expect((await send(closed, 'GET', '/api/v1/auth/csrf')).status).toBe(401);
});

test('who brings a token of its own needs no other, whatever cookie the browser adds', async () => {
  const body = { tenant: 'acme', email: 'ada@example.com', password, tokens: true };
  const { access_token: accessToken } = (await send(closed, 'POST', '/api/v1/auth/login', { body })).body;
  const Authorization = `Bearer ${accessToken}`;
  expect((await thread({ Authorization })).status).toBe(200);
  expect(
    (await thread({ Authorization, Cookie: page.Cookie ?? '', Origin: 'https://evil.example' })).status,
  ).toBe(200);
  for (const useless of [{ Authorization: 'Basic YTpi' }, { Authorization: 'Bearer' }]) {
    expect((await thread({ ...useless, Cookie: page.Cookie ?? '' })).status).toBe(403);
  }
});

test.each([
  'https://evil.example',
  'https://baton.example.com.evil.example',
  'http://baton.example.com',
  'null',
  'http://localhost:3000',
])('a page of %s does nothing with a cookie, and logs nobody in', async (Origin) => {
  expect((await thread({ ...page, Origin })).status).toBe(403);
  const body = { tenant: 'acme', email: 'ada@example.com', password };
  const login = await send(closed, 'POST', '/api/v1/auth/login', { body, headers: { Origin } });
  expect([login.status, login.headers.get('Set-Cookie')]).toEqual([403, null]);
  expect(login.headers.get('Access-Control-Allow-Origin')).toBeNull();
});

test('pages of this origin and of listed ones may', async () => {
  for (const Origin of ['https://baton.example.com', listed]) {
    expect((await thread({ ...page, Origin })).status).toBe(200);
  }
  expect((await thread({ ...page, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  expect((await thread({ ...page, 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200);
});

async function preflight(service: TestService, origin: string): Promise<Headers> {
  const answer = await service.app.request('/runs/stream', {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'x-api-key',
    },
  });
  expect(answer.status).toBe(204);
  return answer.headers;
}

test('with authentication only listed origins may read answers, and they may send cookies', async () => {
  const headers = await preflight(closed, listed);
  expect(headers.get('Access-Control-Allow-Origin')).toBe(listed);
  expect(headers.get('Access-Control-Allow-Credentials')).toBe('true');
  expect(headers.get('Access-Control-Allow-Headers')).toBe('x-api-key');
  expect(headers.get('Vary')).toContain('Origin');
  for (const origin of ['https://evil.example', 'http://localhost:5173', 'null', `${listed}.evil.example`]) {
    const refused = await preflight(closed, origin);
    expect(refused.get('Access-Control-Allow-Origin')).toBeNull();
    expect(refused.get('Access-Control-Allow-Credentials')).toBeNull();
  }
});

test('without authentication pages of this machine may read answers, without cookies, and no others', async () => {
  for (const origin of [
    'http://localhost:5173',
    'http://127.0.0.1:8080',
    'http://localhost',
    'http://[::1]:3000',
  ]) {
    const headers = await preflight(local, origin);
    expect(headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(headers.get('Access-Control-Allow-Credentials')).toBeNull();
  }
  for (const origin of [
    'https://evil.example',
    'http://localhost.evil.example',
    'https://localhost:3000',
    'null',
  ]) {
    expect((await preflight(local, origin)).get('Access-Control-Allow-Origin')).toBeNull();
  }
});

test('without authentication a page from elsewhere starts nothing, also by a request that browsers send unasked', async () => {
  const plain = { 'Content-Type': 'text/plain' };
  expect((await thread({ ...plain, Origin: 'https://evil.example' }, local)).status).toBe(403);
  expect((await thread({ ...plain, 'Sec-Fetch-Site': 'cross-site' }, local)).status).toBe(403);
  expect((await thread({ ...plain, Origin: 'http://localhost:5173' }, local)).status).toBe(200);
  expect((await thread(plain, local)).status).toBe(200);
});

test('a name that was made to lead to this machine reaches nothing', async () => {
  const rebound = await local.app.request('http://evil.example/threads/search', { method: 'POST' });
  expect(rebound.status).toBe(403);
  for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'baton.localhost']) {
    const answer = await local.app.request(`http://${host}/threads/search`, { method: 'POST' });
    expect([host, answer.status]).toEqual([host, 200]);
  }
});

/** How the opening of a socket ends. */
function open(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
    socket.on('error', reject);
  });
}

test('a page from elsewhere opens no socket', async () => {
  const { body } = await thread({}, local);
  const url = `${local.url.replace('http', 'ws')}/threads/${body.thread_id}/stream/events`;
  expect(await open(url, { Origin: 'https://evil.example' })).toBe(403);
  expect(await open(url, { Origin: 'http://localhost:5173' })).toBe(101);
  expect(await open(url, {})).toBe(101);
});

test('every answer takes from browsers what it has no need of', async () => {
  for (const path of ['/ok', '/nothing', '/docs', '/account/reset', '/openapi.json', '/api/v1/me']) {
    const { headers } = await closed.app.request(path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'referrer-policy': 'no-referrer',
      'permissions-policy': expect.stringContaining('camera=(), microphone=(), geolocation=()'),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  }
  const { headers } = await local.app.request('/ok');
  expect(headers.get('Strict-Transport-Security')).toBeNull();
});
