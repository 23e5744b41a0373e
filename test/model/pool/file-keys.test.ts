import { mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readModelsFile } from '../../../src/model/models-file.ts';
import { fileKeys } from '../../../src/model/pool/file-keys.ts';
import { environmentKeys } from '../../../src/model/pool/fixed-keys.ts';
import { keysSchema } from '../../../src/model/pool/keys-section.ts';

const variables: Record<string, string> = { MAIN: 'sk-canary-main' };
const variable = (name: string) => variables[name];

test('keys of a file are read with their secrets, from variables and files', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-keys-'));
  await writeFile(path.join(folder, 'acme'), 'sk-canary-acme\n');
  const read = readModelsFile(`
keys:
  - { id: main, provider: openai, secret: env:MAIN, weight: 3, maxConcurrency: 20 }
  - { id: acme-1, tenant: acme, provider: openai, secret: "file:${folder}/acme", models: [gpt-4.1] }
  - { id: ours, provider: vllm, baseUrl: http://10.0.0.1:8000/v1 }
fallbacks:
  careful: [openai:gpt-4.1, vllm:qwen3, offline]
`);
  if (Array.isArray(read)) throw new Error(JSON.stringify(read));
  expect(fileKeys(read.keys, variable)).toMatchObject([
    {
      id: 'main',
      tenant: null,
      secret: 'sk-canary-main',
      limits: { weight: 3, maxConcurrency: 20, models: [] },
    },
    { id: 'acme-1', tenant: 'acme', secret: 'sk-canary-acme', limits: { models: ['gpt-4.1'] } },
    { id: 'ours', provider: 'vllm', baseUrl: 'http://10.0.0.1:8000/v1' },
  ]);
  expect(read.fallbacks.careful.map(({ provider }) => provider)).toEqual(['openai', 'vllm', 'offline']);
});

test.each([
  [
    'a secret itself',
    '{ id: a, provider: openai, secret: sk-canary-in-the-file }',
    'never the secret itself',
  ],
  ['a relative path', '{ id: a, provider: openai, secret: "file:key" }', 'expected env:NAME or file:/path'],
  [
    'credentials',
    '{ id: a, provider: x, baseUrl: "https://u:canary@models.test" }',
    'without a user and a password',
  ],
  ['an unknown field', '{ id: a, provider: openai, key: sk-canary }', 'key'],
])('%s in the file is refused, and not repeated', (_, entry, why) => {
  const problems = readModelsFile(`keys:\n  - ${entry}\n`);
  expect(JSON.stringify(problems)).toContain(why);
  expect(JSON.stringify(problems)).not.toContain('canary');
});

test('the same id twice is refused', () => {
  const entry = '{ id: a, provider: openai }';
  expect(JSON.stringify(readModelsFile(`keys:\n  - ${entry}\n  - ${entry}\n`))).toContain('only once');
});

test('every secret that is not where the file says is named at once', () => {
  const section = keysSchema.parse([
    { id: 'a', provider: 'openai', secret: 'env:NOWHERE' },
    { id: 'b', provider: 'openai', secret: 'file:/nowhere/at-all' },
  ]);
  expect(() => fileKeys(section, variable)).toThrow(
    /the key a is not at env:NOWHERE\n.*the key b is not at file:/s,
  );
});

test('keys of the environment are numbered where there are several', () => {
  const ids = (config: Parameters<typeof environmentKeys>[0]) => environmentKeys(config).map(({ id }) => id);
  expect(ids({})).toEqual([]);
  expect(ids({ apiKey: 'a' })).toEqual(['env']);
  expect(ids({ baseUrl: 'http://127.0.0.1/v1' })).toEqual(['env']);
  expect(ids({ apiKey: 'a', apiKeys: ['b', 'a', 'c'] })).toEqual(['env-1', 'env-2', 'env-3']);
});
