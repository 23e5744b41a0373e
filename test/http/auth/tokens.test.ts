import { createHmac, createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { issueToken } from '../../../src/identity/issue-token.ts';
import { parseKey } from '../../../src/identity/key-text.ts';
import { verifyToken } from '../../../src/identity/verify-token.ts';
import { assumeWork } from '../../../src/tenancy.ts';
import { bearer, giveKey } from '../../support/give-key.ts';
import { makeTenant, send, withAuth } from '../../support/people.ts';
import { startService, type TestService } from '../../support/start-service.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const shared = 'a secret that is shared, of more than thirty-two bytes';
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const keys = [
  { kid: 'hs', alg: 'HS256', secret: shared, issuer: 'https://hs.example', tenant: 'acme' },
  {
    kid: 'rs',
    alg: 'RS256',
    publicKey: publicPem,
    issuer: 'https://rs.example',
    audience: 'api',
    tenant: 'acme',
  },
  {
    kid: 'es',
    alg: 'ES256',
    publicKey: ec.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    tenant: 'acme',
  },
  { kid: 'all', alg: 'HS256', secret: `${shared} for all tenants` },
];

let service: TestService;
let admin: Record<string, string>;

beforeAll(async () => {
  service = await startService({ settings: { ...withAuth, BATON_JWT_KEYS: JSON.stringify(keys) } });
  assumeWork(undefined); // what is done on nobody's behalf fails
  for (const tenant of ['acme', 'other']) await makeTenant(service.context, tenant);
  admin = bearer(await giveKey(service.context, 'acme', { role: 'admin' }));
});
afterAll(() => service.stop());

const ask = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
  send(service, method, path, { headers, ...(body !== undefined && { body }) });
const who = (token: string) => ask('GET', '/api/v1/auth/caller', bearer(token));

type Sign = (input: string) => string;
const hs =
  (secret: string | Buffer): Sign =>
  (input) =>
    createHmac('sha256', secret).update(input).digest('base64url');
const rs =
  (key: KeyObject): Sign =>
  (input) =>
    createSign('sha256').update(input).sign(key, 'base64url');
const es =
  (key: KeyObject): Sign =>
  (input) =>
    createSign('sha256').update(input).sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64url');

/** A token as an attacker can write one: any header, any claims, any signature. */
function write(header: object, claims: object, sign: Sign): string {
  const [head, body] = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${head}.${body}.${sign(`${head}.${body}`)}`;
}

const now = () => Math.floor(Date.now() / 1000);
const good = () => ({ sub: 'ada', role: 'member', exp: now() + 600, jti: randomUUID() });
const goodRs = () => ({ ...good(), iss: 'https://rs.example', aud: 'api' });
const goodHs = () => ({ ...good(), iss: 'https://hs.example' });

test('a token of each algorithm speaks for who its key vouches for', async () => {
  const tokens = [
    write({ alg: 'HS256', kid: 'hs', typ: 'JWT' }, goodHs(), hs(shared)),
    write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), aud: ['other', 'api'] }, rs(rsa.privateKey)),
    write(
      { alg: 'ES256', kid: 'es', typ: 'at+jwt' },
      { ...good(), name: 'Ada', graphs: ['desk'] },
      es(ec.privateKey),
    ),
    write({ alg: 'HS256', kid: 'all' }, { ...good(), tenant: 'other' }, hs(`${shared} for all tenants`)),
  ];
  const found = await Promise.all(tokens.map(who));
  expect(found.map(({ body }) => body)).toEqual([
    expect.objectContaining({
      tenant: 'acme',
      kind: 'token',
      id: 'https://hs.example#ada',
      role: 'member',
      operator: false,
    }),
    expect.objectContaining({ tenant: 'acme', id: 'https://rs.example#ada' }),
    expect.objectContaining({ tenant: 'acme', id: 'ada', name: 'Ada', graphs: ['desk'] }),
    expect.objectContaining({ tenant: 'other', id: 'ada' }),
  ]);
});

const rsPublic = rsa.publicKey.export({ format: 'jwk' });
const strangerJwk = stranger.publicKey.export({ format: 'jwk' });
const attacks: [string, () => string][] = [
  ['no algorithm', () => write({ alg: 'none', kid: 'rs' }, goodRs(), () => '')],
  ['no algorithm, in other letters', () => write({ alg: 'nOnE', kid: 'rs' }, goodRs(), () => '')],
  ['no algorithm and no key', () => write({ alg: 'none' }, goodRs(), () => '')],
  ['no signature', () => write({ alg: 'RS256', kid: 'rs' }, goodRs(), () => '')],
  ['HS256 with the public key in PEM', () => write({ alg: 'HS256', kid: 'rs' }, goodRs(), hs(publicPem))],
  [
    'HS256 with the public key in DER',
    () =>
      write({ alg: 'HS256', kid: 'rs' }, goodRs(), hs(rsa.publicKey.export({ type: 'spki', format: 'der' }))),
  ],
  ['HS256 with an empty secret', () => write({ alg: 'HS256', kid: 'rs' }, goodRs(), hs(''))],
  [
    'another algorithm of the same key',
    () =>
      write({ alg: 'RS512', kid: 'rs' }, goodRs(), (input) =>
        createSign('sha512').update(input).sign(rsa.privateKey, 'base64url'),
      ),
  ],
  [
    'the secret of one key under the id of another',
    () => write({ alg: 'HS256', kid: 'all' }, { ...good(), tenant: 'other' }, hs(shared)),
  ],
  [
    'a key that it brings itself',
    () => write({ alg: 'RS256', jwk: strangerJwk }, goodRs(), rs(stranger.privateKey)),
  ],
  [
    'a key that it brings itself, under a known id',
    () => write({ alg: 'RS256', kid: 'rs', jwk: strangerJwk }, goodRs(), rs(stranger.privateKey)),
  ],
  [
    'the right key, brought along',
    () => write({ alg: 'RS256', kid: 'rs', jwk: rsPublic }, goodRs(), rs(rsa.privateKey)),
  ],
  [
    'an address of keys',
    () =>
      write({ alg: 'RS256', kid: 'rs', jku: 'https://evil.example/jwks' }, goodRs(), rs(stranger.privateKey)),
  ],
  [
    'an address of keys beside a good signature',
    () => write({ alg: 'RS256', kid: 'rs', jku: 'https://evil.example/jwks' }, goodRs(), rs(rsa.privateKey)),
  ],
  [
    'an address of certificates',
    () => write({ alg: 'RS256', kid: 'rs', x5u: 'https://evil.example/x' }, goodRs(), rs(rsa.privateKey)),
  ],
  [
    'an extension that must be understood',
    () => write({ alg: 'RS256', kid: 'rs', crit: ['b64'], b64: false }, goodRs(), rs(rsa.privateKey)),
  ],
  ['an unknown key', () => write({ alg: 'RS256', kid: 'nobody' }, goodRs(), rs(rsa.privateKey))],
  ['a key that is a path', () => write({ alg: 'HS256', kid: '../../dev/null' }, goodHs(), hs(''))],
  ['a key that is a statement', () => write({ alg: 'HS256', kid: "' or 1=1 --" }, goodHs(), hs(''))],
  [
    'a key that is a property of all objects',
    () => write({ alg: 'HS256', kid: '__proto__' }, goodHs(), hs('')),
  ],
  ['a key that is a number', () => write({ alg: 'HS256', kid: 1 }, goodHs(), hs(shared))],
  ['no key where there are several', () => write({ alg: 'HS256' }, goodHs(), hs(shared))],
  ['a stranger’s signature', () => write({ alg: 'RS256', kid: 'rs' }, goodRs(), rs(stranger.privateKey))],
  ['another type', () => write({ alg: 'RS256', kid: 'rs', typ: 'logout+jwt' }, goodRs(), rs(rsa.privateKey))],
  [
    'a token that ran out',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), exp: now() - 60 }, rs(rsa.privateKey)),
  ],
  [
    'a token that never ends',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), exp: undefined }, rs(rsa.privateKey)),
  ],
  [
    'an end that is a text',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), exp: '9999999999' }, rs(rsa.privateKey)),
  ],
  [
    'a token that is not valid yet',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), nbf: now() + 60 }, rs(rsa.privateKey)),
  ],
  [
    'another audience',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), aud: 'others' }, rs(rsa.privateKey)),
  ],
  [
    'no audience where one is asked for',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), aud: undefined }, rs(rsa.privateKey)),
  ],
  [
    'an audience that is not us where none is asked for',
    () => write({ alg: 'HS256', kid: 'hs' }, { ...goodHs(), aud: 'others' }, hs(shared)),
  ],
  [
    'another issuer',
    () =>
      write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), iss: 'https://rs.example.evil' }, rs(rsa.privateKey)),
  ],
  [
    'no issuer',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), iss: undefined }, rs(rsa.privateKey)),
  ],
  ['nobody', () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), sub: undefined }, rs(rsa.privateKey))],
  [
    'a name that would break its row or its line in the log',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), sub: 'a\u0000b\n' }, rs(rsa.privateKey)),
  ],
  [
    'a role that there is not',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), role: 'root' }, rs(rsa.privateKey)),
  ],
  [
    'another tenant than the key’s',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), tenant: 'other' }, rs(rsa.privateKey)),
  ],
  ['no tenant', () => write({ alg: 'HS256', kid: 'all' }, good(), hs(`${shared} for all tenants`))],
  [
    'a tenant that there is not',
    () =>
      write({ alg: 'HS256', kid: 'all' }, { ...good(), tenant: 'nowhere' }, hs(`${shared} for all tenants`)),
  ],
  [
    'the service’s own key id under a stranger’s secret',
    () =>
      write(
        { alg: 'HS256', kid: 'baton', typ: 'at+jwt' },
        {
          ...good(),
          iss: 'baton',
          aud: 'baton',
          tenant: 'acme',
          kind: 'token',
          name: 'x',
          iat: now(),
          nbf: now(),
        },
        hs(shared),
      ),
  ],
  [
    'a token that is too long',
    () => write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), pad: 'x'.repeat(9_000) }, rs(rsa.privateKey)),
  ],
  ['five parts', () => `${write({ alg: 'RS256', kid: 'rs' }, goodRs(), rs(rsa.privateKey))}.a.b`],
  ['claims that are a list', () => write({ alg: 'HS256', kid: 'hs' }, [goodHs()], hs(shared))],
  ['no JSON', () => `${Buffer.from('{').toString('base64url')}.e30.x`],
];

test.each(attacks)('a token is refused that has %s', async (_, token) => {
  const answer = await who(token());
  expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
});

test('somebody whom nobody gave a role may do nothing', async () => {
  const token = write({ alg: 'RS256', kid: 'rs' }, { ...goodRs(), role: undefined }, rs(rsa.privateKey));
  expect((await who(token)).status).toBe(403);
});

test('a key is exchanged for a token that does as much, or less, and ends with the key', async () => {
  const text = await giveKey(service.context, 'acme', { role: 'engineer', graphs: ['desk', 'till'] });
  const issued = await ask('POST', '/api/v1/auth/token', bearer(text), {
    role: 'viewer',
    graphs: ['desk'],
    ttl_seconds: 60,
  });
  expect(issued.body).toMatchObject({ token_type: 'Bearer', expires_in: 60 });
  const token = String(issued.body.access_token);
  expect((await who(token)).body).toMatchObject({
    kind: 'key',
    id: parseKey(text)?.keyId,
    role: 'viewer',
    graphs: ['desk'],
    tenant: 'acme',
  });
  for (const more of [{ role: 'admin' }, { graphs: ['others'] }]) {
    expect((await ask('POST', '/api/v1/auth/token', bearer(text), more)).status).toBe(403);
  }
  expect((await ask('POST', '/api/v1/auth/token', bearer(token), {})).status).toBe(403); // it does not prolong itself
  const whole = await ask('POST', '/api/v1/auth/token', bearer(text), {});
  expect(whole.body.expires_in).toBe(1440 * 60);
  await ask('DELETE', `/api/v1/keys/${parseKey(text)?.keyId}`, admin);
  expect((await who(token)).status).toBe(401);
  expect((await who(String(whole.body.access_token))).status).toBe(401);
});

test('a token is taken back by who has it, or by an admin, wherever it comes from', async () => {
  const text = await giveKey(service.context, 'acme');
  const own = String((await ask('POST', '/api/v1/auth/token', bearer(text), {})).body.access_token);
  expect((await ask('POST', '/api/v1/auth/revoke', bearer(own), {})).status).toBe(204);
  expect((await who(own)).status).toBe(401);
  expect((await who(text)).status).toBe(200);

  const withId = write({ alg: 'RS256', kid: 'rs' }, goodRs(), rs(rsa.privateKey));
  const { jti: _, ...nameless } = good();
  const withoutId = write({ alg: 'ES256', kid: 'es' }, nameless, es(ec.privateKey));
  const member = bearer(await giveKey(service.context, 'acme'));
  for (const token of [withId, withoutId]) {
    expect((await ask('POST', '/api/v1/auth/revoke', member, { token })).status).toBe(403);
    expect((await who(token)).status).toBe(200);
    expect((await ask('POST', '/api/v1/auth/revoke', admin, { token })).status).toBe(204);
    expect((await who(token)).status).toBe(401);
  }
  const [head, body] = withoutId.split('.');
  const again = es(ec.privateKey)(`${head}.${body}`); // ECDSA signs the same words differently each time
  expect((await who(`${head}.${body}.${again}`)).status).toBe(401);
});

test('another tenant’s token is not theirs to take back, and they do not learn whether it is one', async () => {
  const token = write({ alg: 'RS256', kid: 'rs' }, goodRs(), rs(rsa.privateKey));
  const other = bearer(await giveKey(service.context, 'other', { role: 'admin' }));
  expect((await ask('POST', '/api/v1/auth/revoke', other, { token })).status).toBe(204);
  expect((await ask('POST', '/api/v1/auth/revoke', other, { token: 'none' })).status).toBe(204);
  expect((await who(token)).status).toBe(200);
});

test('the service’s own tokens have its claims, and those of another secret or issuer are none', async () => {
  const { config } = service.context;
  const request = {
    tenant: 'acme',
    sub: 'robot',
    kind: 'token' as const,
    role: 'viewer' as const,
    name: 'Robot',
  };
  const { token, jti, expiresAt } = await issueToken(config, { ...request, ttlSeconds: 90 });
  expect(await verifyToken(config, token)).toMatchObject({ ...request, jti });
  expect(Math.abs(expiresAt.getTime() - Date.now() - 90_000)).toBeLessThan(2_000);
  expect((await who(token)).body).toMatchObject({ kind: 'token', id: 'robot', role: 'viewer' });
  const others = {
    ...config,
    auth: { ...config.auth, signingKey: 'another secret, of thirty-two bytes or more' },
  };
  expect(await verifyToken(others, token)).toBeUndefined();
  const late = await issueToken(config, { ...request, ttlSeconds: -60 });
  expect(await verifyToken(config, late.token)).toBeUndefined();
  expect((await who(late.token)).status).toBe(401);
});
