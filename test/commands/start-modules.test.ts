import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProcess } from '../support/start-process.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
let folder: string;
/** Addresses of what a start loads. */
let loaded: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'baton-modules-'));
  made = await makeTestDatabase();
  if (made.database.kind === 'pglite') await made.database.close(); // the process opens the folder
  const file = path.join(folder, 'modules.txt');
  const preload = path.join(import.meta.dirname, '../support/note-modules.ts');
  const service = await startProcess({
    ...made.env,
    NOTED_MODULES: file,
    NODE_OPTIONS: `--import ${preload}`,
  });
  await service.stop('SIGTERM');
  loaded = (await readFile(file, 'utf8')).split('\n');
}, 120_000);

afterAll(async () => {
  await made?.drop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const isOf = (name: string) => (url: string) => url.includes(`/node_modules/${name}/`);

test.each([
  'openai',
  '@langchain/openai',
  'undici',
  'jose',
  '@node-rs/argon2',
  'libpg-query',
  '@opentelemetry/api',
  '@modelcontextprotocol/sdk',
  'nodemailer',
  'js-tiktoken/dist/ranks',
  'pdfjs-dist',
  'diff',
  'busboy',
  'csv-stringify',
  'standardwebhooks',
])('a start leaves %s to whoever needs it first', (name) => {
  expect(loaded.filter(isOf(name))).toEqual([]);
});

test('a start loads its own doors, and fewer than 2,100 modules', () => {
  expect(loaded.some(isOf('hono'))).toBe(true);
  expect(loaded.length).toBeLessThan(2_100);
});
