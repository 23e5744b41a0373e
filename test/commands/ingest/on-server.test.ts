import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ingestOnServer } from '../../../src/commands/ingest/on-server.ts';
import { bearer, giveKey } from '../../support/give-key.ts';
import { makeTenant, send, withAuth } from '../../support/people.ts';
import { startService, type TestService } from '../../support/start-service.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { makeFolder, openIngest, type TestIngest } from './open-ingest.ts';

let made: TestDatabase;
let local: TestIngest;
let service: TestService;
let key: string;
const tenant = 'acme';

beforeAll(async () => {
  service = await startService({ settings: withAuth });
  await makeTenant(service.context, tenant);
  key = await giveKey(service.context, tenant, { role: 'engineer', scopes: ['knowledge:write'] });
  made = await makeTestDatabase(); // of the command line, which has nothing to do with the service's
  local = await openIngest(made);
});
afterAll(async () => {
  await service.stop();
  await local.close();
  await made.drop();
});

const server = (credential: string | undefined, collection: string) =>
  ingestOnServer({ url: service.url, key: credential }, collection);

test('a folder is brought to a service, brought again and pruned', { timeout: 60_000 }, async () => {
  const { dir, write, remove } = await makeFolder({
    'deep/refunds.md': '---\ntags: policy, money\n---\n# Refunds\n\nWithin 30 days.',
    'long.txt': `One${' '.repeat(1_500_000)}word.`, // more than is sent as a whole
    'broken.pdf': '%PDF-1.7 and no more',
  });
  onTestFinished(remove);
  const target = server(key, 'folder');
  const flags = { collection: 'folder', baseUrl: 'https://example.com', metadata: { team: 'support' } };
  const first = await local.run([dir], flags, { target });
  expect(first).toMatchObject({
    code: 1,
    summary: { made: true, added: 2, failed: [{ name: 'broken.pdf', why: expect.stringMatching(/\w/) }] },
  });
  expect(first.summary.chunks).toBe(2);
  const { body } = await send(service, 'GET', '/api/v1/collections/folder/documents?key=deep/refunds.md', {
    headers: bearer(key),
  });
  expect(body).toMatchObject({
    documents: [
      {
        key: 'deep/refunds.md',
        name: 'refunds.md',
        url: 'https://example.com/deep/refunds',
        tags: ['policy', 'money'],
        metadata: { team: 'support', folder: 'guides' },
        status: 'ready',
      },
    ],
  });

  await rm(path.join(dir, 'broken.pdf'));
  await write({ 'deep/refunds.md': '# Refunds\n\nWithin 60 days.' });
  const dry = await local.run([dir], { ...flags, prune: true, dryRun: true }, { target });
  const counts = { made: false, added: 0, changed: 1, unchanged: 1, failed: [], pruned: 1 };
  expect(dry).toMatchObject({ code: 0, summary: counts });
  expect(await local.run([dir], { ...flags, prune: true }, { target })).toMatchObject({
    code: 0,
    summary: counts,
  });
});

test('what the service refuses is told in its words', async () => {
  const { dir, remove } = await makeFolder({ 'a.md': '# A' });
  onTestFinished(remove);
  const run = (credential: string | undefined, collection: string, more = {}) =>
    local.run([dir], { collection, ...more }, { target: server(credential, collection) });
  await expect(run(undefined, 'docs')).rejects.toThrow(/key|token/);
  await expect(run(key, 'Not A Name')).rejects.toThrow(/lower-case/);
  const wrong = await run(key, 'docs', { language: 'no language' });
  expect(wrong).toMatchObject({
    code: 1,
    summary: { failed: [{ name: 'a.md', why: expect.stringContaining('language') }] },
  });
});

test('a service that is not there is told of by its address', async () => {
  const { dir, remove } = await makeFolder({ 'a.md': '# A' });
  onTestFinished(remove);
  const target = ingestOnServer({ url: 'http://127.0.0.1:1' }, 'docs');
  await expect(local.run([dir], { collection: 'docs' }, { target })).rejects.toThrow(
    'http://127.0.0.1:1 does not answer',
  );
});
