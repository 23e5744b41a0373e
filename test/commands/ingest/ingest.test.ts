import { rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { bringFile } from '../../../src/commands/ingest/bring-file.ts';
import { findDocument, listDocuments, readChunks } from '../../../src/knowledge/ingest/read-documents.ts';
import { findFiles } from '../../../src/knowledge/read/find-files.ts';
import { createLocalEmbedder } from '../../../src/model/local-embedder.ts';
import { openSite } from '../../knowledge/crawl/site.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { makeFolder, openIngest, type TestIngest } from './open-ingest.ts';

/** For machines that have much else to do. */
const slow = { timeout: 60_000 };

let made: TestDatabase;
let ingest: TestIngest;

beforeAll(async () => {
  made = await makeTestDatabase();
  ingest = await openIngest(made, { settings: { BATON_FETCH_ALLOW: '127.0.0.1' } });
});
afterAll(async () => {
  await ingest.close();
  await made.drop();
});

async function folder(files: Record<string, string | Uint8Array>) {
  const opened = await makeFolder(files);
  onTestFinished(opened.remove);
  return opened;
}

const db = () => ingest.context.db;

test('of a folder all is found that may be read, however deep, and the rest is told', async () => {
  const { dir } = await folder({
    'a.md': '# A',
    'deep/er/b.txt': 'b',
    'paper.bin': Buffer.from('%PDF-1.7 …'),
    'pic.png': 'no',
    '.hidden/c.md': 'no',
    '.d.md': 'no',
    'node_modules/e.md': 'no',
  });
  await symlink(path.join(dir, 'a.md'), path.join(dir, 'link.md'));
  await symlink(dir, path.join(dir, 'circle'));
  const { files, skipped, folders } = await findFiles([dir]);
  expect(files.map(({ key }) => key)).toEqual(['a.md', 'deep/er/b.txt', 'link.md', 'paper.bin']);
  expect(Object.fromEntries(skipped.map(({ name, why }) => [name, why]))).toEqual({
    '.hidden': 'hidden',
    '.d.md': 'hidden',
    node_modules: 'node_modules',
    'pic.png': '.png: not read',
    circle: 'no file',
  });
  expect(folders).toEqual(['guides']);
});

test('a link out of a folder, or to what the folder does not show, is left out and told', async () => {
  const { dir } = await folder({
    'in/a.md': '# A',
    'in/.env': 'KEY=1',
    'in/.git/b.md': 'b',
    'secret.md': 'no',
  });
  const root = path.join(dir, 'in');
  await symlink('../secret.md', path.join(root, 'up.md'));
  await symlink('/proc/self/environ', path.join(root, 'environ.md'));
  await symlink('.env', path.join(root, 'env.md'));
  await symlink('.git/b.md', path.join(root, 'git.md'));
  await symlink('up.md', path.join(root, 'twice.md'));
  await symlink('nowhere.md', path.join(root, 'none.md'));
  await symlink('a.md', path.join(root, 'fine.md'));
  await symlink(root, path.join(dir, 'linked'));
  for (const given of [root, path.join(dir, 'linked')]) {
    const { files, skipped } = await findFiles([given]);
    expect(files.map(({ key }) => key)).toEqual(['a.md', 'fine.md']);
    expect(skipped).toMatchObject([
      { name: '.env' },
      { name: '.git' },
      { name: 'env.md', why: 'leads to what is left out' },
      { name: 'environ.md', why: 'leads out of the folder' },
      { name: 'git.md', why: 'leads to what is left out' },
      { name: 'none.md', why: 'no file' },
      { name: 'twice.md', why: 'leads out of the folder' },
      { name: 'up.md', why: 'leads out of the folder' },
    ]);
  }
});

test('a link is what it was when it was looked at', async () => {
  const { dir } = await folder({ 'in/a.md': '# A', 'secret.md': 'no' });
  const link = path.join(dir, 'in', 'link.md');
  await symlink('a.md', link);
  const { files } = await findFiles([path.join(dir, 'in')]);
  await rm(link);
  await symlink('../secret.md', link);
  expect(files.map(({ file }) => path.basename(file))).toEqual(['a.md', 'a.md']);
});

test('an address with a password in it is refused, since it would be kept and shown', async () => {
  for (const what of ['https://someone:secret@example.com/', 'https://secret@example.com/'])
    await expect(ingest.run([what], { collection: 'secrets' })).rejects.toMatchObject({
      code: 'invalid-request',
    });
  await expect(
    ingest.run([], { collection: 'secrets', baseUrl: 'https://someone:secret@example.com/' }),
  ).rejects.toMatchObject({ code: 'invalid-request' });
});

test('a path that leads nowhere, and files that would be one document, are refused', async () => {
  const { dir } = await folder({ 'a/x.md': '1', 'b/x.md': '2' });
  await expect(findFiles([path.join(dir, 'none')])).rejects.toThrow('There is nothing at');
  await expect(findFiles([path.join(dir, 'a'), path.join(dir, 'b')])).rejects.toThrow('would both be x.md');
});

test('a page is where the base is, with its path and without its extension', async () => {
  const found = { file: '/none', key: 'guides/set up/a.b.md' };
  expect(await bringFile(found, `https://example.com${'/'.repeat(200_000)}`)).toMatchObject({
    url: 'https://example.com/guides/set%20up/a.b',
  });
  const { url, name } = await bringFile(found, 'https://example.com/docs/');
  expect(url).toBe('https://example.com/docs/guides/set%20up/a.b');
  expect(name).toBe('a.b.md');
});

test('a folder is brought, brought again, changed and pruned', slow, async () => {
  const { dir, write } = await folder({
    'refunds.md':
      '---\ntitle: Refunds\ntags: [policy, money]\nlanguage: en\n---\n# Refunds\n\nWithin 30 days.',
    'deep/login.md': '# Log in\n\nUse your key.',
    'broken.pdf': '%PDF-1.7 and no more',
  });
  const first = await ingest.run([dir], {
    collection: 'folder',
    tag: ['all'],
    metadata: { team: 'support' },
  });
  expect(first).toMatchObject({
    code: 1,
    summary: { made: true, added: 2, failed: [{ name: 'broken.pdf', why: expect.stringMatching(/\w/) }] },
  });
  expect(first.summary.chunks).toBe(2);
  expect(first.summary.tokens).toBeGreaterThan(5);
  expect(first.told).toMatch(/^added {6}refunds\.md {2}1 chunk$/m);
  expect(first.told).toMatch(/^failed {5}broken\.pdf: \w/m);
  expect(await findDocument(db(), 'folder', 'refunds.md')).toMatchObject({
    title: 'Refunds',
    language: 'en',
    tags: ['policy', 'money', 'all'],
    metadata: { team: 'support', folder: 'guides' },
    status: 'ready',
  });

  await rm(path.join(dir, 'broken.pdf'));
  await rm(path.join(dir, 'deep/login.md'));
  await write({ 'refunds.md': '# Refunds\n\nWithin 60 days.', 'new.md': '# New' });
  const dry = await ingest.run([dir], { collection: 'folder', prune: true, dryRun: true });
  const counts = { made: false, added: 1, changed: 1, unchanged: 0, failed: [], pruned: 2 };
  expect(dry).toMatchObject({ code: 0, summary: counts });
  expect((await listDocuments(db(), 'folder')).documents).toHaveLength(3);
  expect(await ingest.run([dir], { collection: 'folder', prune: true })).toMatchObject({
    code: 0,
    summary: counts,
  });
  const { documents } = await listDocuments(db(), 'folder');
  expect(documents.map(({ key }) => key)).toEqual(['new.md', 'refunds.md']);
  expect(await ingest.run([dir], { collection: 'folder' })).toMatchObject({
    code: 0,
    summary: { added: 0, changed: 0, unchanged: 2, chunks: 0 },
  });
});

test('what is pruned is of the folder alone, and nothing where the folder is empty', async () => {
  const { dir } = await folder({ 'a.md': '# A' });
  await ingest.run(['-'], { collection: 'prune', name: 'note.md' }, { input: '# Note' });
  await ingest.run([dir], { collection: 'prune' });
  await rm(path.join(dir, 'a.md'));
  expect((await ingest.run([dir], { collection: 'prune', prune: true })).summary.pruned).toBe(0);
  const other = await folder({ 'b.md': '# B' });
  expect((await ingest.run([other.dir], { collection: 'prune', prune: true })).summary.pruned).toBe(1);
  const { documents } = await listDocuments(db(), 'prune');
  expect(documents.map(({ key }) => key)).toEqual(['b.md', 'note.md']);
});

test('standard input is a document of the name that is given', async () => {
  const done = await ingest.run(
    ['-'],
    { collection: 'input', name: 'note.md', publish: 'draft' },
    { input: '# A note' },
  );
  expect(done).toMatchObject({ code: 0, summary: { added: 1 } });
  expect(await findDocument(db(), 'input', 'note.md')).toMatchObject({ title: 'A note', publish: 'draft' });
  await expect(ingest.run(['-'], { collection: 'input' })).rejects.toThrow('--name');
});

test('a site is brought page by page, each called as its address; what robots.txt forbids is told', async () => {
  const { origin } = await openSite({
    '/robots.txt': { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *\nDisallow: /secret\n' },
    '/': '<title>Home</title><main><h1>Home</h1><p>All begins here, in this house.</p><a href="/a">a</a><a href="/secret">b</a><a href="/gone">c</a></main>',
    '/a': '<title>A</title><main><h1>A page</h1><p>Another page has other words.</p></main>',
  });
  const done = await ingest.run([origin], { collection: 'site' });
  expect(done).toMatchObject({
    code: 1,
    summary: {
      added: 2,
      failed: [{ name: `${origin}/gone`, why: 'It answers 404.' }],
      skipped: [{ name: `${origin}/secret`, why: 'forbidden by robots.txt' }],
    },
  });
  const { documents } = await listDocuments(db(), 'site');
  expect(documents.map(({ key, url, title }) => [key, url, title])).toEqual([
    [`${origin}/`, `${origin}/`, 'Home'],
    [`${origin}/a`, `${origin}/a`, 'A'],
  ]);
});

test('a walk over a site that is broken off keeps what it has', async () => {
  const controller = new AbortController();
  const { origin } = await openSite({
    '/': '<main><p>All begins here, in this house of many words.</p><a href="/a">a</a></main>',
    '/a': (_, response) => {
      controller.abort();
      response.end('<p>Late.</p>');
    },
  });
  const done = await ingest.run(
    [origin],
    { collection: 'walk', concurrency: 1 },
    { signal: controller.signal },
  );
  expect(done).toMatchObject({ code: 130, summary: { added: 1, failed: [] } });
});

test('broken off and run again, it goes on, and the index is that of one run', slow, async () => {
  const files = Object.fromEntries(
    Array.from({ length: 8 }, (_, at) => [
      `${at}.md`,
      `# Number ${at}\n\n${'Many words stand here. '.repeat(10 * at)}`,
    ]),
  );
  const { dir } = await folder(files);
  const controller = new AbortController();
  const local = createLocalEmbedder();
  let calls = 0;
  const breaking: TestIngest = await openIngest(made, {
    embedder: {
      ...local,
      async embed(texts, signal) {
        if (++calls === 4) controller.abort();
        signal?.throwIfAborted();
        return local.embed(texts, signal);
      },
    },
  });
  onTestFinished(() => breaking.close());
  const first = await breaking.run([dir], { collection: 'broken-off' }, { signal: controller.signal });
  expect(first).toMatchObject({
    code: 130,
    summary: { failed: [], stopped: expect.stringContaining('again') },
  });
  expect(first.summary.added).toBeLessThan(8);
  expect(await ingest.run([dir], { collection: 'broken-off' })).toMatchObject({
    code: 0,
    summary: { failed: [] },
  });
  await ingest.run([dir], { collection: 'in-one' });
  expect(await indexOf('broken-off')).toEqual(await indexOf('in-one'));
});

test('an embedder that fails ends the rest, and what failed is brought by the next run', async () => {
  const { dir } = await folder(
    Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`${at}.md`, `# ${at}`])),
  );
  const failing = await openIngest(made, {
    embedder: { ...createLocalEmbedder(), embed: () => Promise.reject(new Error('No embedder today.')) },
  });
  onTestFinished(() => failing.close());
  const done = await failing.run([dir], { collection: 'failing', concurrency: 1 });
  expect(done).toMatchObject({
    code: 1,
    summary: { added: 0, stopped: expect.stringContaining('5 documents') },
  });
  expect(done.summary.failed).toHaveLength(5);
  expect(done.summary.failed[0]?.why).toContain('No embedder today.');
  expect(await ingest.run([dir], { collection: 'failing' })).toMatchObject({
    code: 0,
    summary: { failed: [] },
  });
});

/** What a collection holds, without what is made anew each time. */
async function indexOf(collection: string): Promise<unknown[]> {
  const { documents } = await listDocuments(db(), collection);
  return Promise.all(
    documents.map(async ({ id, key, status, chunks }) => ({
      key,
      status,
      chunks,
      texts: (await readChunks(db(), id, { limit: 1_000 })).chunks.map(({ chunkId, text }) => [
        chunkId,
        text,
      ]),
    })),
  );
}
