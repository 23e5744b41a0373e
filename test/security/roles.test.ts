import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportJWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { leastRoles, type NeedOfCaller } from '../../src/http/auth/least-role.ts';
import { scopes } from '../../src/identity/scopes.ts';
import { type Role, roles } from '../../src/tenancy.ts';
import { ask, expectDecent } from './support/ask.ts';
import { readRelations } from './support/catalog.ts';
import { rowSums } from './support/row-sums.ts';
import { type Ids, openTwoTenants, secret, type TwoTenants } from './support/two-tenants.ts';
import { requestsOf } from './support/visit-route.ts';
import { visits } from './support/walk-routes.ts';

let two: TwoTenants;
let ids: Ids;
let tables: string[];

beforeAll(async () => {
  two = await openTwoTenants();
  ids = { ...two.ids, graph: 'desk', film_id: '1' };
  const relations = await readRelations(two.service.context.db, ['baton']);
  tables = relations.filter(({ kind, hasTenant }) => kind === 'table' && hasTenant).map(({ name }) => name);
});
afterAll(() => two.service.stop());

const sums = async () => {
  const {
    'baton.audit': _,
    'baton.audit_head': __,
    ...others
  } = await rowSums(two.service.context.db, tables, 'victim');
  return others; // the audit tells who was refused
};

const needs = Object.entries(leastRoles).filter(
  (entry): entry is [string, NeedOfCaller] => entry[1] !== 'nothing',
);

/** Asks all these routes, which name what is there, and lists those that answer with another status. */
async function others(routes: string[], status: number, headers: Record<string, string>): Promise<string[]> {
  const found: string[] = [];
  for (const route of routes) {
    const [sent] = requestsOf(route, visits[route] ?? { kind: 'own' }, ids, headers);
    if (!sent) throw new Error(`nothing to ask of ${route}`);
    const answer = await ask(two.service.url, sent);
    if (answer.status !== status) found.push(`${route} → ${answer.status}`);
    else expectDecent(sent.path.split('?')[0] ?? '', answer, route);
  }
  return found;
}

test.each<Role>(['viewer', 'member', 'engineer'])(
  'who is a %s may do nothing that takes more',
  async (role) => {
    const before = await sums();
    const headers = await two.victim.headersOf(role);
    const beyond = needs
      .filter(([, need]) => roles.indexOf(need.role) > roles.indexOf(role))
      .map(([route]) => route);
    expect(beyond.length).toBeGreaterThan(5);
    expect(await others(beyond, 403, headers)).toEqual([]);
    const { 'baton.api_key': _, ...after } = await sums();
    const { 'baton.api_key': __, ...unchanged } = before; // the key that asked is new
    expect(after).toEqual(unchanged);
  },
);

test('an admin who is no operator may do nothing that reaches beyond the tenant', async () => {
  const routes = needs.filter(([, need]) => need.operator).map(([route]) => route);
  expect(await others(routes, 403, two.victim.headers)).toEqual([]);
});

test('a key that is narrowed to one scope may do nothing that needs another', async () => {
  const oneEach = [...new Map(needs.map(([route, need]) => [need.scope, [route, need] as const])).values()];
  for (const scope of scopes) {
    const headers = await two.victim.headersOf('admin', { scopes: [scope] });
    const same = (needed: string) => needed === scope || needed.replace(/read$/, 'write') === scope;
    const beyond = oneEach.filter(([, need]) => need.scope && !same(need.scope)).map(([route]) => route);
    expect(await others(beyond, 403, headers), scope).toEqual([]);
  }
}, 60_000);

test('without a key, with a broken one and with one that was taken back, no route answers and nothing changes', async () => {
  const url = two.service.url;
  const make = {
    method: 'POST',
    path: '/api/v1/keys',
    headers: two.victim.headers,
    body: '{"role":"admin"}',
  };
  const made = JSON.parse((await ask(url, make)).text) as { id: string; key: string };
  const path = `/api/v1/keys/${made.id}`;
  expect((await ask(url, { method: 'DELETE', path, headers: two.victim.headers })).status).toBeLessThan(300);
  const before = await sums();
  const routes = needs.map(([route]) => route);
  const { headers } = two.victim;
  const key = headers.authorization?.replace('Bearer ', '') ?? '';
  const flipped = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A');
  const bad: Record<string, string>[] = [
    {},
    { authorization: `Bearer ${flipped}` },
    { authorization: `Bearer ${made.key}` },
  ];
  for (const one of bad) expect(await others(routes, 401, one), JSON.stringify(one)).toEqual([]);
  expect(await sums()).toEqual(before);
}, 60_000);

test('no spelling of a header, a cookie or a path makes somebody of nobody', async () => {
  const key = two.victim.headers.authorization?.replace('Bearer ', '') ?? '';
  const half = key.slice(0, Math.floor(key.length / 2));
  const headers: Record<string, string>[] = [
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: 'Bearer null' },
    { authorization: 'Bearer undefined' },
    { authorization: `Basic ${Buffer.from(`x:${key}`).toString('base64')}` },
    { authorization: `Bearer ${half}` },
    { authorization: `Bearer ${key} ${key}` },
    { authorization: `Bearer ${key}\u00a0` },
    { authorization: `Bearer ${key.toUpperCase()}` },
    { authorization: `Bearer ${key}%00` },
    { authorization: `Bearer ${key}' or '1'='1` },
    { 'x-api-key': half },
    { 'x-tenant-id': 'victim', 'x-user-id': ids.user_id ?? '', 'x-role': 'admin' },
    { cookie: `baton_session=${key}; __Host-baton_session=${key}` },
    { cookie: 'baton_session=; __Host-baton_session=' },
    {
      'x-forwarded-for': '127.0.0.1',
      forwarded: 'for=127.0.0.1',
      'x-real-ip': '127.0.0.1',
      host: 'localhost',
    },
    { 'x-original-url': '/health', 'x-rewrite-url': '/health' },
  ];
  for (const one of headers) {
    const answer = await ask(two.service.url, { method: 'GET', path: '/v1/models', headers: one });
    expect(answer.status, JSON.stringify(one)).toBe(401);
  }
  const paths = [
    '/threads/count/',
    '//threads/count',
    '/Threads/count',
    '/threads/count%2f',
    '/%74hreads/count',
    '/health/../threads/count',
    '/threads;x=1/count',
  ];
  for (const path of paths) {
    const answer = await ask(two.service.url, {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect([401, 404, 405], `${path} ${answer.text}`).toContain(answer.status);
  }
});

test('tokens that anybody could have made are nobody’s, at every door', async () => {
  const claims = {
    sub: ids.key_id ?? '',
    tenant: 'victim',
    role: 'admin',
    kind: 'key',
    scopes: null,
    operator: true,
  };
  const real = await ask(two.service.url, {
    method: 'POST',
    path: '/api/v1/auth/token',
    headers: two.victim.headers,
    body: '{}',
  });
  const { access_token: token } = JSON.parse(real.text) as { access_token: string };
  const [head = '', payload = '', signature = ''] = token.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>;
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = await exportJWK(publicKey);
  const hs = (key: string, first: object, second: object) => {
    const text = `${encode(first)}.${encode(second)}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };
  const forged = {
    'alg none': new UnsecuredJWT({ ...body, ...claims }).encode(),
    'alg nOnE with the real signature': `${encode({ ...header, alg: 'nOnE' })}.${payload}.${signature}`,
    'no signature': `${head}.${payload}.`,
    'another tenant under the same signature': `${head}.${encode({ ...body, tenant: 'thief' })}.${signature}`,
    'an empty secret': hs('\0', header, { ...body, ...claims }),
    'a guessable secret': hs('secret', header, { ...body, ...claims }),
    'its own key in the header': await new SignJWT({ ...body, ...claims })
      .setProtectedHeader({ alg: 'RS256', jwk })
      .sign(privateKey),
    'a key from elsewhere': await new SignJWT({ ...body, ...claims })
      .setProtectedHeader({ alg: 'RS256', jku: 'https://evil.example/jwks', kid: 'x' })
      .sign(privateKey),
    'a kid that is a path': hs('', { ...header, kid: '../../../../dev/null' }, { ...body, ...claims }),
    'a kid that is SQL': hs('x', { ...header, kid: "x' union select 'x" }, { ...body, ...claims }),
    'a public key as a secret': hs(publicKey.export({ type: 'spki', format: 'pem' }).toString(), header, {
      ...body,
      ...claims,
    }),
    'run out': hs(secret, header, { ...body, exp: 1 }),
    'not yet': hs(secret, header, { ...body, nbf: 4e9 }),
    'without an end': hs(secret, header, { ...body, exp: undefined }),
    'for somebody else': hs(secret, header, { ...body, aud: 'https://elsewhere.example' }),
    'critical and unknown': hs(secret, { ...header, crit: ['x'], x: 1 }, body),
    'three dots': '..',
    'a megabyte': `${'a'.repeat(15_000)}.b.c`,
  };
  expect(
    (
      await ask(two.service.url, {
        method: 'GET',
        path: '/v1/models',
        headers: { authorization: `Bearer ${token}` },
      })
    ).status,
  ).toBe(200);
  for (const [what, text] of Object.entries(forged)) {
    for (const path of ['/v1/models', '/api/v1/me', `/threads/${ids.thread_id}`]) {
      const answer = await ask(two.service.url, {
        method: 'GET',
        path,
        headers: { authorization: `Bearer ${text}` },
      });
      expect([401, 431], `${what} ${answer.text}`).toContain(answer.status);
    }
  }
});

test('a socket opens for who may open it, and for nobody else', async () => {
  const url = `${two.service.url.replace('http', 'ws')}/threads/${ids.thread_id}/stream/events`;
  const viewer = await two.victim.headersOf('viewer');
  const outcome = (headers: Record<string, string>, protocols: string[] = []) =>
    new Promise<number | 'open'>((resolve) => {
      const socket = new WebSocket(url, protocols, { headers });
      socket.on('open', () => {
        resolve('open');
        socket.terminate();
      });
      socket.on('unexpected-response', (_, response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      socket.on('error', () => undefined);
    });
  expect(await outcome({})).toBe(401);
  expect(await outcome({ authorization: 'Bearer x' })).toBe(401);
  expect(await outcome({}, ['baton.bearer.x'])).toBe(401);
  expect(await outcome({ authorization: viewer.authorization ?? '' })).toBe(403);
  expect(await outcome({ authorization: two.victim.headers.authorization ?? '' })).toBe('open');
});

test('what a body says of whose it is, who may, and what it costs is refused or passed over', async () => {
  const claims = {
    tenant_id: 'thief',
    tenant: 'thief',
    role: 'admin',
    operator: true,
    owner: 'thief',
    user_id: 'x',
    key_id: 'x',
    status: 'success',
    attempt: 9,
    crashes: 9,
    temporary: true,
    cost: 0,
    cost_nano: 0,
    last_seq: 9,
    created_at: '1999-01-01T00:00:00Z',
    created_by: 'thief',
  };
  const member = await two.victim.headersOf('engineer');
  const bodies: [string, string, object][] = [
    ['POST', '/threads', {}],
    ['PATCH', `/threads/${ids.thread_id}`, {}],
    ['POST', '/assistants', { graph_id: 'desk' }],
    ['PATCH', `/assistants/${ids.assistant_id}`, {}],
    ['POST', '/runs/wait', { assistant_id: 'desk', input: { messages: [{ role: 'user', content: 'x' }] } }],
    [
      'POST',
      `/threads/${ids.thread_id}/runs/wait`,
      {
        assistant_id: 'desk',
        input: { messages: [{ role: 'user', content: 'x' }] },
        metadata: claims,
        config: { configurable: claims },
      },
    ],
    ['PUT', '/store/items', { namespace: ['a'], key: 'k', value: {} }],
    [
      'POST',
      '/runs/crons',
      { assistant_id: 'desk', schedule: '0 0 1 1 *', input: { messages: [{ role: 'user', content: 'x' }] } },
    ],
    ['POST', '/v1/conversations', {}],
    ['POST', '/v1/chat/completions', { model: 'desk', messages: [{ role: 'user', content: 'x' }] }],
    ['POST', '/v1/responses', { model: 'desk', input: 'x' }],
  ];
  for (const [method, path, body] of bodies) {
    const sent = { method, path, headers: member, body: JSON.stringify({ ...claims, ...body }) };
    const answer = await ask(two.service.url, sent);
    expect(answer.status, `${path} ${answer.text}`).toBeLessThan(500);
    expectDecent(path, answer, path);
  }
  const foreign = await rowSums(
    two.service.context.db,
    ['baton.thread', 'baton.run', 'baton.assistant', 'baton.store_item', 'baton.cron'],
    'thief',
  );
  expect(new Set(Object.values(foreign))).toEqual(new Set(['none']));
  const runs = await two.service.context.db
    .selectFrom('baton.run')
    .select(['user_id', 'key_id', 'attempt'])
    .where('tenant_id', '=', 'victim')
    .execute();
  expect(
    runs.filter(({ user_id, key_id, attempt }) => user_id === 'x' || key_id === 'x' || attempt > 1),
  ).toEqual([]);
});

test('nobody makes a key or a user that may do more, nor raises their own', async () => {
  const member = await two.victim.headersOf('member');
  const narrow = await two.victim.headersOf('admin', { scopes: ['manage:write'], graphs: ['till'] });
  const tries: [string, Record<string, string>, string, string, object][] = [
    ['a member makes a key', member, 'POST', '/api/v1/keys', { role: 'member' }],
    ['a member makes a user', member, 'POST', '/api/v1/users', { email: 'a@example.com', name: 'A' }],
    [
      'an admin makes an operator',
      two.victim.headers,
      'POST',
      '/api/v1/keys',
      { role: 'admin', operator: true },
    ],
    [
      'a narrow key asks for other scopes',
      narrow,
      'POST',
      '/api/v1/keys',
      { role: 'admin', scopes: ['runs:write'] },
    ],
    [
      'a narrow key asks for other graphs',
      narrow,
      'POST',
      '/api/v1/keys',
      { role: 'admin', graphs: ['desk'] },
    ],
    [
      'a narrow key makes a user of all graphs',
      narrow,
      'POST',
      '/api/v1/users',
      { email: 'b@example.com', name: 'B', role: 'admin' },
    ],
    ['a token asks for more', member, 'POST', '/api/v1/auth/token', { role: 'admin' }],
  ];
  for (const [what, headers, method, path, body] of tries) {
    const answer = await ask(two.service.url, { method, path, headers, body: JSON.stringify(body) });
    expect([400, 403], `${what} ${answer.status} ${answer.text}`).toContain(answer.status);
  }
});
