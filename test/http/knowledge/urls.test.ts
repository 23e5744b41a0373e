import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Body, type Knowledge, openKnowledge } from './support.ts';

let knowledge: Knowledge;
let site: http.Server;
let origin: string;
let collection: string;
const asked: string[] = [];

/** A site that the operator permits, and what it leads to. */
const pages: Record<string, (answer: http.ServerResponse) => void> = {
  '/page.html': (answer) =>
    answer
      .setHeader('content-type', 'text/html; charset=utf-8')
      .end('<title>Refunds</title><h1>Refunds</h1><p>Refunds are paid within five days.</p>'),
  '/moved': (answer) => answer.writeHead(302, { location: '/page.html' }).end(),
  '/inside': (answer) =>
    answer.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
  '/file': (answer) => answer.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/circle': (answer) => answer.writeHead(302, { location: '/circle' }).end(),
  '/gone': (answer) => answer.writeHead(404).end('a secret page of an error'),
  '/large': (answer) => answer.end(Buffer.alloc(100_001)),
  '/empty': (answer) => answer.end(),
};

beforeAll(async () => {
  site = http.createServer((request, answer) => {
    asked.push(request.url ?? '');
    (pages[request.url ?? ''] ?? ((other) => other.writeHead(404).end()))(answer);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`; // it listens on TCP
  knowledge = await openKnowledge({
    settings: { BATON_FETCH_ALLOW: '127.0.0.1', BATON_DOCUMENT_MAX_BYTES: '100000' },
  });
  collection = await knowledge.collection();
});
afterAll(async () => {
  site.close();
  await knowledge.stop();
});

const add = (body: Body) => knowledge.ask('POST', `/api/v1/collections/${collection}/documents`, body);

test('a page is fetched, and is a document under its address', async () => {
  const added = await add({ url: `${origin}/page.html`, tags: ['web'] });
  expect(added).toMatchObject({
    status: 201,
    body: {
      key: `${origin}/page.html`,
      url: `${origin}/page.html`,
      name: 'page.html',
      tags: ['web'],
      outcome: 'added',
    },
  });
  expect(await knowledge.settled(added.body.id)).toMatchObject({
    status: 'ready',
    kind: 'html',
    title: 'Refunds',
  });
  expect(await add({ url: `${origin}/page.html` })).toMatchObject({
    status: 200,
    body: { outcome: 'unchanged' },
  });
});

test('a redirect is followed, and the document has the address that it came from', async () => {
  const added = await add({ url: `${origin}/moved`, key: 'moved', name: 'own.html' });
  expect(added).toMatchObject({
    status: 201,
    body: { key: 'moved', url: `${origin}/page.html`, name: 'own.html' },
  });
});

test.each([
  'http://127.0.0.2/',
  'http://10.0.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[::1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://2130706434/',
  'http://0x7f.2/',
  'http://0177.0.0.2/',
  'http://192.168.0.1:22/',
  'http://0.0.0.0/',
  'http://168.63.129.16/',
  'http://100.64.0.1/',
])('what %s leads to is not said, and not asked', async (url) => {
  const answer = await add({ url });
  expect(answer.status).toBe(422);
  expect(answer.body.detail).toBe(`${url} cannot be fetched.`);
  expect(answer.body).not.toHaveProperty('errors');
});

test.each([
  { url: 'http://user:secret@127.0.0.1/' },
  { url: 'https://secret@example.com/a' },
  { url: 'https://user:secret@example.com/a', text: 'Words.' },
])('an address with a user name or a password is refused: %j', async (body) => {
  const answer = await add(body);
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'url' }] } });
  expect(JSON.stringify(answer.body)).not.toContain('secret');
});

test('the answer is the same for a name that leads inside and for one that leads nowhere', async () => {
  const detailOf = async (url: string) => String((await add({ url })).body.detail).replace(url, '');
  const inside = await detailOf(`${origin}/inside`);
  expect(inside).toBe(' cannot be fetched.');
  for (const url of ['http://nothing.invalid/', 'http://127.0.0.1:1/', `${origin}/file`, `${origin}/circle`])
    expect(['', ' cannot be fetched.', ' cannot be fetched: it answers with status 302.'], url).toContain(
      await detailOf(url),
    );
});

test('an answer that is no document is told by its status, and none of it is shown', async () => {
  const gone = await add({ url: `${origin}/gone` });
  expect(gone).toMatchObject({ status: 422, body: { detail: expect.stringMatching(/status 404\.$/) } });
  expect(JSON.stringify(gone.body)).not.toContain('secret');
  expect(await add({ url: `${origin}/large` })).toMatchObject({ status: 413 });
  expect(await add({ url: `${origin}/empty` })).toMatchObject({ status: 422 });
});

test('a url beside a text is where people read it, and is not asked', async () => {
  const before = asked.length;
  const added = await add({ text: 'Words.', url: `${origin}/never` });
  expect(added).toMatchObject({ status: 201, body: { url: `${origin}/never`, key: `${origin}/never` } });
  expect(asked.length).toBe(before);
});
