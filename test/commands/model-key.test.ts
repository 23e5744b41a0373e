import { createSecretKey, randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  addModelKey,
  type ModelKeyOptions,
  printModelKeys,
  removeModelKey,
  switchModelKey,
} from '../../src/commands/model-key.ts';
import { readSealedKeys } from '../../src/db/model-keys.ts';
import type { KeyRing } from '../../src/model/pool/manage-keys.ts';
import { asService, inTenant } from '../../src/tenancy.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const made = await makeTestDatabase();
const { db } = made.database;
const ring: KeyRing = { db, secretKeys: [{ id: 'k1', key: createSecretKey(randomBytes(32)) }], allow: [] };
const secret = 'sk-canary-0123456789-wxyz';

beforeAll(() =>
  asService(() => db.insertInto('baton.tenant').values({ tenant_id: 'acme', name: 'Acme' }).execute()),
);
afterAll(() => made.drop());

async function run(
  owner: string | null,
  act: (command: Parameters<typeof printModelKeys>[0]) => Promise<void>,
) {
  const output = new PassThrough();
  const told = text(output);
  await act({ ring, owner, output }).finally(() => output.end());
  return told;
}

function add(owner: string | null, options: Partial<ModelKeyOptions> = {}, given = `${secret}\n`) {
  const streams = { input: Readable.from([given]), prompt: new PassThrough() };
  return run(owner, (command) => addModelKey(command, { provider: 'openai', ...options }, streams));
}

test('a key is read from standard input, kept sealed, and shown by its last characters', async () => {
  const line = await add('acme', {
    name: 'Main',
    weight: '3',
    maxConcurrency: '8',
    models: ['gpt-4.1', 'o4'],
  });
  expect(line).toMatch(
    /^mk_[0-9a-f]{16} {2}openai {2}…wxyz {2}enabled {2}weight 3 {2}8 at once {2}gpt-4\.1,o4 {2}Main\n$/,
  );
  expect(await run('acme', printModelKeys)).toBe(line);
  expect(await run('local', printModelKeys)).toBe('No keys.\n');
  expect(await run(null, printModelKeys)).toBe('No keys.\n');
  const [row] = await asService(() => readSealedKeys(db, 'acme'));
  expect(row?.sealed).toMatch(/^v1\.k1\./);
});

test('a key of the service is the service’s, and of nobody else', async () => {
  const line = await add(null);
  expect(await run(null, printModelKeys)).toBe(line);
  expect(await run('local', printModelKeys)).toBe('No keys.\n');
});

test('a secret may be in a variable', async () => {
  vi.stubEnv('ACME_KEY', secret);
  expect(await add('acme', { fromEnv: 'ACME_KEY' }, '')).toContain('…wxyz');
  vi.unstubAllEnvs();
  await expect(add('acme', { fromEnv: 'ACME_KEY' })).rejects.toThrow('The variable ACME_KEY is not set.');
});

test('a key is disabled, enabled and removed', async () => {
  const id = (await add('acme')).slice(0, 19);
  expect(await run('acme', (command) => switchModelKey(command, id, true))).toContain('disabled');
  expect(await run('acme', (command) => switchModelKey(command, id, false))).toContain('enabled');
  await expect(run('local', (command) => removeModelKey(command, id))).rejects.toThrow(`No model key ${id}.`);
  expect(await run('acme', (command) => removeModelKey(command, id))).toContain(`${id} is gone`);
  expect(await run('acme', printModelKeys)).not.toContain(id);
  await expect(run('acme', (command) => switchModelKey(command, id, true))).rejects.toThrow('No model key');
});

test.each([
  [{ weight: 'heavy' }, '--weight: expected a whole number'],
  [{ weight: '0' }, '--weight: expected 1 or more'],
  [{ maxConcurrency: '1.5' }, '--max-concurrency: expected a whole number'],
  [{ provider: 'offline' }, '--provider: expected a provider such as openai'],
  [{ provider: 'nobody' }, '--provider: It is not known where nobody is asked'],
  [{ baseUrl: 'https://10.0.0.1/v1' }, '--base-url: It leads to an address that is not public.'],
])('what is wrong with %o is told by its option', async (options, why) => {
  await expect(add('acme', options)).rejects.toThrow(why);
});

test('a secret that is none is refused without being repeated', async () => {
  const adding = add('acme', {}, 'canary with blanks\n');
  await expect(adding).rejects.toThrow('expected 8 to 4096 characters of ASCII without blanks');
  await expect(adding).rejects.not.toThrow('canary');
  await expect(add('acme', {}, '')).rejects.toThrow('There is no secret on standard input.');
});

test('an unknown tenant has no keys', async () => {
  await expect(add('nobody')).rejects.toThrow('There is no tenant nobody.');
  await expect(run('nobody', printModelKeys)).rejects.toThrow('There is no tenant nobody.');
});

test('the audit tells what was done, and no secret', async () => {
  await add('acme');
  const rows = await inTenant('acme', () => db.selectFrom('baton.audit').selectAll().execute());
  expect(rows.map(({ action }) => action)).toContain('model-key-create');
  expect(JSON.stringify(rows)).not.toContain('canary');
});
