import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { assumeWork } from '../../../src/tenancy.ts';
import { bearer } from '../../support/give-key.ts';
import { makeTenant, send, withAuth } from '../../support/people.ts';
import { startService, type TestService } from '../../support/start-service.ts';

/** An issuer that says what a test has it say. */
interface Issuer {
  url: string;
  /** How often its keys were asked for. */
  asked: number;
  rotate(): Promise<void>;
  sign(claims: JWTPayload, header?: object): Promise<string>;
  close(): void;
}

async function openIssuer(says: { issuer?: string; jwks?: string; status?: number } = {}): Promise<Issuer> {
  let count = 0;
  let pair = await generateKeyPair('RS256');
  const server = createServer(async (request, response) => {
    const keys = request.url === '/jwks';
    if (keys) issuer.asked += 1;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: `k${count}`, alg: 'RS256', use: 'sig' };
    const document = { issuer: says.issuer ?? issuer.url, jwks_uri: says.jwks ?? `${issuer.url}/jwks` };
    response.writeHead(says.status ?? 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(keys ? { keys: [jwk] } : document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on TCP
  const issuer: Issuer = {
    url: `http://localhost:${port}`,
    asked: 0,
    async rotate() {
      count += 1;
      pair = await generateKeyPair('RS256');
    },
    sign: (claims, header) =>
      new SignJWT({
        iss: issuer.url,
        aud: 'api',
        sub: 'ada',
        exp: Math.floor(Date.now() / 1000) + 600,
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', kid: `k${count}`, ...header })
        .sign(pair.privateKey),
    close: () => void server.close(),
  };
  return issuer;
}

let service: TestService;
let plain: Issuer;
let pool: Issuer;
let ids: Issuer;
let liar: Issuer;
let broken: Issuer;
let elsewhere: Issuer;
let unreachable: Issuer;
let real: { url: string; server: Server };

beforeAll(async () => {
  [plain, pool, ids, unreachable] = await Promise.all([
    openIssuer(),
    openIssuer(),
    openIssuer(),
    openIssuer(),
  ]);
  liar = await openIssuer({ issuer: plain.url });
  broken = await openIssuer({ status: 302 });
  elsewhere = await openIssuer({ jwks: `${plain.url}/jwks` });
  real = await openProvider();
  const near = { allow: ['localhost'], coolDownSeconds: 0 };
  const cognito = {
    ...near,
    tenant: 'acme',
    preset: 'cognito',
    clientId: 'client',
    groupsToRoles: { ops: 'admin', staff: 'member' },
  };
  const settings = [
    {
      ...near,
      issuer: plain.url,
      audience: 'api',
      tenantClaim: 'org.tenant',
      roleClaim: 'realm_access.roles',
      graphsClaim: 'graphs',
    },
    { ...cognito, issuer: pool.url },
    { ...cognito, issuer: ids.url, tokenUse: 'id', defaultRole: 'viewer' },
    { ...near, issuer: liar.url, audience: 'api', tenant: 'acme', defaultRole: 'admin' },
    { ...near, issuer: broken.url, audience: 'api', tenant: 'acme', defaultRole: 'admin' },
    { ...near, issuer: elsewhere.url, audience: 'api', tenant: 'acme', defaultRole: 'admin' },
    { issuer: unreachable.url, audience: 'api', tenant: 'acme', defaultRole: 'admin' },
    {
      ...near,
      issuer: real.url,
      audience: 'urn:baton',
      tenant: 'acme',
      roleClaim: 'roles',
      clientId: 'robot',
    },
  ];
  service = await startService({ settings: { ...withAuth, BATON_OIDC: JSON.stringify(settings) } });
  assumeWork(undefined); // what is done on nobody's behalf fails
  for (const tenant of ['acme', 'other']) await makeTenant(service.context, tenant);
});
afterAll(async () => {
  await service.stop();
  for (const issuer of [plain, pool, ids, liar, broken, elsewhere, unreachable]) issuer.close();
  real.server.closeAllConnections();
  real.server.close();
});

/** The reference implementation of an issuer, with one client that may ask for tokens of its own. */
async function openProvider(): Promise<typeof real> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`; // a server that listens on TCP
  const provider = new Provider(url, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'real', alg: 'RS256', use: 'sig' }] },
    clients: [
      {
        client_id: 'robot',
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:baton',
        getResourceServerInfo: () => ({
          scope: '',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    extraTokenClaims: () => ({ roles: ['engineer', 'something-else'] }),
  });
  server.on('request', provider.callback());
  return { url, server };
}

const who = (token: string) => send(service, 'GET', '/api/v1/auth/caller', { headers: bearer(token) });
const goodPlain = { org: { tenant: 'other' }, realm_access: { roles: ['viewer', 'engineer', 'offline'] } };

test('a real issuer is found by its URL alone, and its tokens are taken', async () => {
  const answer = await fetch(`${real.url}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from('robot:secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  expect((await who(token)).body).toMatchObject({
    tenant: 'acme',
    kind: 'token',
    id: `${real.url}#robot`,
    role: 'engineer',
    operator: false,
  });
});

test('claims say the tenant, the role and the graphs', async () => {
  const token = await plain.sign({ ...goodPlain, name: 'Ada', graphs: ['desk'] });
  expect((await who(token)).body).toMatchObject({
    tenant: 'other',
    id: `${plain.url}#ada`,
    name: 'Ada',
    role: 'engineer',
    graphs: ['desk'],
  });
});

test('a graphs claim that is missing gives no graph, and not all', async () => {
  expect((await who(await plain.sign(goodPlain))).body.graphs).toEqual([]);
});

test('an issuer that changes its keys is asked for the new ones, and the old ones are good no more', async () => {
  const before = await plain.sign({ ...goodPlain, jti: 'before' });
  expect((await who(before)).status).toBe(200);
  await plain.rotate();
  const after = await plain.sign({ ...goodPlain, jti: 'after' });
  expect((await who(after)).status).toBe(200);
  await vi.waitFor(async () => expect((await who(before)).status).toBe(401), {
    timeout: 20_000,
    interval: 100,
  });
});

test.each([
  ['another audience', () => plain.sign({ ...goodPlain, aud: 'others' })],
  ['a tenant that there is not', () => plain.sign({ ...goodPlain, org: { tenant: 'nowhere' } })],
  ['no tenant', () => plain.sign({ ...goodPlain, org: undefined })],
  ['a tenant that is a list', () => plain.sign({ ...goodPlain, org: { tenant: ['other'] } })],
  ['a stranger’s key', () => pool.sign({ ...goodPlain, iss: plain.url })],
  ['an issuer with a slash more', () => plain.sign({ ...goodPlain, iss: `${plain.url}/` })],
  ['an issuer that nobody knows', () => plain.sign({ ...goodPlain, iss: 'http://localhost:1' })],
  ['no end', () => plain.sign({ ...goodPlain, exp: undefined as never })],
  ['a key of its own', async () => plain.sign(goodPlain, { jwk: { kty: 'oct', k: 'AA' } })],
  ['the type of another kind of token', () => plain.sign(goodPlain, { typ: 'secevent+jwt' })],
])('a token is refused that has %s', async (_, sign) => {
  expect((await who(await sign())).status).toBe(401);
});

test('somebody without a role is known and may do nothing; nobody is an admin by chance', async () => {
  for (const roles of [[], ['Admin'], ['superuser'], undefined, 'admins', { admin: true }]) {
    expect((await who(await plain.sign({ ...goodPlain, realm_access: { roles } }))).status).toBe(403);
  }
});

test('Cognito’s access tokens are taken by client and use, and its groups give roles', async () => {
  const access = { aud: undefined as never, client_id: 'client', token_use: 'access', username: 'ada' };
  const status = async (claims: object) =>
    (await who(await pool.sign({ ...access, 'cognito:groups': ['staff'], ...claims }))).status;
  expect(
    (await who(await pool.sign({ ...access, 'cognito:groups': ['staff', 'ops', 'toString'] }))).body,
  ).toMatchObject({ role: 'admin', name: 'ada' });
  expect(await status({})).toBe(200);
  expect(await status({ client_id: 'others' })).toBe(401);
  expect(await status({ client_id: undefined, aud: 'client' })).toBe(401);
  expect(await status({ token_use: 'id' })).toBe(401);
  expect(await status({ token_use: undefined })).toBe(401);
  expect(await status({ 'cognito:groups': ['toString', '__proto__'] })).toBe(403);
  expect(await status({ 'cognito:groups': undefined })).toBe(403);
});

test('Cognito’s id tokens are taken where that is asked for, by their audience', async () => {
  const id = { aud: 'client', token_use: 'id', email: 'ada@example.com' };
  const status = async (claims: object) => (await who(await ids.sign({ ...id, ...claims }))).status;
  expect((await who(await ids.sign(id))).body).toMatchObject({ role: 'viewer', name: 'ada@example.com' });
  expect(await status({ token_use: 'access', client_id: 'client' })).toBe(401);
  expect(await status({ aud: 'others' })).toBe(401);
});

test('an issuer that says it is another, redirects, has its keys elsewhere or may not be reached vouches for nobody', async () => {
  for (const issuer of [liar, broken, elsewhere, unreachable]) {
    const answer = await who(await issuer.sign({}));
    expect([answer.status, answer.headers.has('Retry-After')]).toEqual([503, true]);
  }
  expect(unreachable.asked).toBe(0);
});
