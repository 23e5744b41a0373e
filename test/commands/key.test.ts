import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKeyCommand, printKeys, revokeKeyCommand, rotateKeyCommand } from '../../src/commands/key.ts';
import { parseDuration } from '../../src/commands/parse-duration.ts';
import { makeTenant, printTenants, suspendTenant } from '../../src/commands/tenant.ts';
import { issueTokenCommand } from '../../src/commands/token.ts';
import { callerOfKey } from '../../src/identity/caller-of-key.ts';
import { parseKey } from '../../src/identity/key-text.ts';
import { verifyToken } from '../../src/identity/verify-token.ts';
import { openLog } from '../../src/log.ts';
import { assumeWork } from '../../src/tenancy.ts';
import { testConfig } from '../support/open-test-context.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
beforeAll(async () => {
  made = await makeTestDatabase();
  assumeWork(undefined); // what is done on nobody's behalf fails
});
afterAll(() => made.drop());

/** What a command prints. */
async function said(
  run: (command: { db: TestDatabase['database']['db']; output: PassThrough }) => Promise<void>,
) {
  const output = new PassThrough();
  await run({ db: made.database.db, output });
  output.end();
  return text(output);
}
const keyIn = (printed: string) => printed.split('\n').find((line) => line.startsWith('baton_')) ?? '';
const who = (key: string) => callerOfKey({ db: made.database.db, log: openLog('silent', false) }, key);

test('three commands make a tenant and a key that lets its bearer in', async () => {
  expect(await said((command) => makeTenant(command, 'acme', 'Acme'))).toContain(
    'baton key create --tenant acme',
  );
  const options = {
    tenant: 'acme',
    role: 'engineer',
    name: 'ci',
    graphs: ['desk,till'],
    scopes: ['runs:write'],
    expires: '90d',
  };
  const key = keyIn(await said((command) => createKeyCommand(command, options)));
  expect(await who(key)).toEqual({
    tenant: 'acme',
    kind: 'key',
    id: parseKey(key)?.keyId,
    name: 'ci',
    role: 'engineer',
    graphs: ['desk', 'till'],
    scopes: ['runs:write'],
  });
  const listed = await said((command) => printKeys(command, 'acme'));
  expect(listed).toMatch(
    /^baton_[0-9a-f]{16} {2}engineer {2}until .* {2}used .* {2}graphs desk,till {2}scopes runs:write {2}ci\n$/,
  );
  expect(listed).not.toContain(parseKey(key)?.secret);
});

test('a key is rotated and revoked by what stands before its secret', async () => {
  const options = { tenant: 'local', role: 'admin', name: 'root', operator: true };
  const key = keyIn(await said((command) => createKeyCommand(command, options)));
  expect(await who(key)).toMatchObject({ operator: true });
  const id = `baton_${parseKey(key)?.keyId}`;
  const next = keyIn(await said((command) => rotateKeyCommand(command, id, '0s')));
  expect([await who(key), (await who(next))?.name]).toEqual([undefined, 'root']);
  await said((command) => revokeKeyCommand(command, id));
  expect(await who(next)).toBeUndefined();
  await expect(said((command) => rotateKeyCommand(command, id, '1h'))).rejects.toThrow(/was revoked/);
});

test('tenants are listed with what they are, and suspended by name', async () => {
  await said((command) => makeTenant(command, 'quiet', 'No\u001b[2Jne'));
  await said((command) => suspendTenant(command, 'quiet', true));
  const list = await said(printTenants);
  expect(list).toMatch(/^quiet {2}suspended .*No\\u\{1b\}\[2Jne$/m);
  await said((command) => suspendTenant(command, 'quiet', false));
  expect(await said(printTenants)).toMatch(/^quiet {2}active /m);
});

test('what cannot be is said with what there is', async () => {
  const create = (more: object) =>
    said((command) => createKeyCommand(command, { tenant: 'local', role: 'member', name: 'x', ...more }));
  await expect(create({ tenant: 'nobody' })).rejects.toThrow(/baton tenant create nobody/);
  await expect(create({ role: 'enginer' })).rejects.toThrow(/engineer/);
  await expect(create({ scopes: ['run:write'] })).rejects.toThrow(/runs:write/);
  await expect(create({ operator: true })).rejects.toThrow(/admin/);
  await expect(create({ expires: 'soon' })).rejects.toThrow(/--expires/);
  await expect(said((command) => makeTenant(command, 'Not An Id'))).rejects.toThrow(/small letters/);
  await expect(said((command) => suspendTenant(command, 'nobody', true))).rejects.toThrow(/no tenant nobody/);
  await expect(said((command) => revokeKeyCommand(command, 'nothing'))).rejects.toThrow(/no key nothing/);
});

test('a token is printed for somebody who has neither key nor account', async () => {
  const config = testConfig('test/fixtures/desk', {
    BATON_AUTH_SECRET: 'a secret of no less than thirty-two bytes',
  });
  const issue = (settings = config) =>
    said((command) =>
      issueTokenCommand(
        { ...command, config: settings },
        { tenant: 'local', subject: 'robot', role: 'viewer', ttl: '2h' },
      ),
    );
  const claims = await verifyToken(config, (await issue()).trim());
  expect(claims).toMatchObject({ tenant: 'local', sub: 'robot', role: 'viewer', kind: 'token' });
  expect((claims?.exp ?? 0) - (claims?.iat ?? 0)).toBe(7_200);
  await expect(issue(testConfig('test/fixtures/desk'))).rejects.toThrow(/BATON_AUTH_SECRET/);
});

test('times are written as people write them', () => {
  expect(['90d', '12h', '30m', '45s'].map((time) => parseDuration('--x', time))).toEqual([
    7_776_000, 43_200, 1_800, 45,
  ]);
  for (const wrong of ['', 'd', '1w', '1.5h', '-1d', '1d 2h'])
    expect(() => parseDuration('--x', wrong)).toThrow(/--x/);
});
