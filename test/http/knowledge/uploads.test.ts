import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { heldMemory } from '../../support/held-memory.ts';
import {
  end,
  field,
  file,
  form,
  inPieces,
  type Knowledge,
  openKnowledge,
  raw,
  uploadFromElsewhere,
} from './support.ts';

const megabyte = 1024 * 1024;
const most = 9 * megabyte;

let knowledge: Knowledge;
let collection: string;
beforeAll(async () => {
  // Nobody works documents off here, so that what is kept of them stays.
  knowledge = await openKnowledge({
    settings: { BATON_ROLE: 'api', BATON_DOCUMENT_MAX_BYTES: String(most) },
  });
  collection = await knowledge.collection();
});
afterAll(() => knowledge.stop());

const path = () => `/api/v1/collections/${collection}/documents`;
const add = async (body: unknown, query = '?key=k', headers: Record<string, string> = {}) =>
  knowledge.ask('POST', `${path()}${query}`, body, headers);

/** Requests that are to leave nothing. */
async function leavingNothing<Of>(act: () => Promise<Of>): Promise<Of> {
  const before = await knowledge.kept();
  const result = await act();
  expect(await knowledge.kept()).toEqual(before);
  return result;
}

/** How many requests are done with, whether anybody heard their answer or not. */
async function answered(): Promise<number> {
  const { values } = await knowledge.service.context.metrics.requests.get();
  const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'));
  return counts.reduce((sum, { value }) => sum + value, 0);
}

test.each([
  ['as it is', '?key=large', { 'content-type': 'text/plain' }, {}],
  [
    'in a form',
    '',
    form,
    { head: field('key', 'large-form') + file('a.txt', '').slice(0, -2), tail: `\r\n${end}` },
  ],
])(
  'a document of 48 MB that comes %s is never in memory as a whole',
  async (_, query, headers, around) => {
    const roomy = await openKnowledge({ settings: { BATON_ROLE: 'api' } });
    onTestFinished(() => roomy.stop());
    const where = `${roomy.service.url}/api/v1/collections/${await roomy.collection()}/documents${query}`;
    const before = heldMemory();
    const seen: number[] = [];
    let timer = setTimeout(function look() {
      seen.push(heldMemory());
      timer = setTimeout(look, 200);
    }, 0);
    const added = await uploadFromElsewhere(where, headers, { megabytes: 48, ...around });
    clearTimeout(timer);
    expect(added).toMatchObject({ status: 201, body: { bytes: 48 * megabyte + 2, outcome: 'added' } });
    expect(seen.length).toBeGreaterThan(1);
    expect(Math.max(...seen) - before).toBeLessThan(44 * megabyte);
  },
  120_000,
);

test('a document of just the limit is taken, and one byte more is not, whether it tells its length or not', async () => {
  const exact = Buffer.alloc(most, 'x');
  expect(await add(exact, '?key=exact')).toMatchObject({ status: 201, body: { bytes: most } });
  const over = Buffer.alloc(most + 1, 'x');
  const refused = { status: 413, body: { code: 'too-large', status: 413 } };
  await leavingNothing(async () => {
    const told = await add(over, '?key=over');
    expect(told).toMatchObject(refused);
    expect(told.headers.get('connection')).toBe('close');
    expect(await add(inPieces([over]), '?key=over')).toMatchObject(refused);
    const inForm = inPieces([
      Buffer.from(field('key', 'o') + file('a.txt', '').slice(0, -2)),
      over,
      Buffer.from(`\r\n${end}`),
    ]);
    expect(await add(inForm, '', form)).toMatchObject(refused);
  });
}, 60_000);

test('who tells that too much comes is answered at once, and the connection is closed without reading it', async () => {
  const head = `POST ${path()}?key=k HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: ${most + 1}\r\n\r\n`;
  const { text, ended } = await leavingNothing(() => raw(knowledge.service.url, [head, 'x']));
  expect(text).toMatch(/^HTTP\/1\.1 413/);
  expect(text.toLowerCase()).toContain('connection: close');
  expect(ended).toBe(true);
});

test('a request that is refused before its document is read ends its connection', async () => {
  const head = (where: string) =>
    `POST ${where} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5000000\r\n\r\n`;
  const unknown = '/api/v1/collections/nothing/documents?key=k';
  for (const [where, status] of [
    [unknown, 404],
    [`${path()}?colour=red`, 400],
  ]) {
    const { text, ended } = await raw(knowledge.service.url, [head(String(where)), 'x'.repeat(100_000)]);
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`));
    expect(ended).toBe(true);
  }
});

test.each([
  ['as it is', `Content-Type: text/plain\r\nContent-Length: ${8 * megabyte}\r\n\r\n`, '?key=left'],
  ['in chunks', 'Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n400000\r\n', '?key=left'],
  [
    'in a form',
    `Content-Type: ${form['content-type']}\r\nContent-Length: ${8 * megabyte}\r\n\r\n${file('left.txt', '').slice(0, -2)}`,
    '',
  ],
  ['as JSON', 'Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n{"text":"', ''],
])(
  'a client that goes away half-way through a document that comes %s leaves nothing',
  async (_, head, query) => {
    await leavingNothing(async () => {
      const before = await answered();
      const start = `POST ${path()}${query} HTTP/1.1\r\nHost: localhost\r\n${head}`;
      await raw(
        knowledge.service.url,
        [start, Buffer.alloc(query === '' && head.includes('json') ? 1_000 : 3 * megabyte, 'x')],
        {
          leave: true,
        },
      );
      await expect.poll(answered, { timeout: 10_000 }).toBeGreaterThan(before);
    });
    expect(await knowledge.ask('GET', '/health')).toMatchObject({ status: 200 });
  },
);

test.each([
  ['without a boundary', field('key', 'k') + end, { 'content-type': 'multipart/form-data' }],
  ['of another kind', field('key', 'k') + end, { 'content-type': 'multipart/mixed; boundary=x' }],
  ['without an end', field('key', 'k') + file('a.txt', 'x'), form],
  ['that ends in a file', file('a.txt', 'x'.repeat(100_000)).slice(0, 50_000), form],
  ['with a field of 10 MB', field('title', 'x'.repeat(10 * megabyte)) + file('a.txt', 'x') + end, form],
  ['with 1,000 fields', field('tags', 'x').repeat(1_000) + file('a.txt', 'x') + end, form],
  ['with 1,000 empty parts', '--x\r\n\r\n\r\n'.repeat(1_000) + file('a.txt', 'x') + end, form],
  ['without a file', field('key', 'k') + end, form],
  ['with an empty file', file('a.txt', '') + end, form],
  ['with a field behind its file', file('a.txt', 'x') + field('title', 'late') + end, form],
  ['with one key for two files', field('key', 'k') + file('a.txt', 'x') + file('b.txt', 'y') + end, form],
  ['with a file that has no name', file('', 'x') + end, form],
  ['with a file whose name is U+0000', file('\0', 'x') + end, form],
  ['with an unknown field', field('status', 'ready') + file('a.txt', 'x') + end, form],
  ['with a field twice', field('title', 'a') + field('title', 'b') + file('a.txt', 'x') + end, form],
  ['with metadata that is no JSON', field('metadata', '{') + file('a.txt', 'x') + end, form],
  ['with metadata that is a text', field('metadata', '"x"') + file('a.txt', 'x') + end, form],
  ['with U+0000 in a field', field('title', 'a\0b') + file('a.txt', 'x') + end, form],
  ['with the field __proto__', field('__proto__', 'x') + file('a.txt', 'x') + end, form],
])('a form %s is refused, and leaves nothing', async (_, body, headers) => {
  const answer = await leavingNothing(() => add(Buffer.from(body), '', headers));
  expect(answer, JSON.stringify(answer.body)).toMatchObject({
    status: 400,
    body: { code: 'invalid-request', status: 400 },
  });
});

test('two files of one name in a form are refused, and the first of them is kept', async () => {
  const before = await knowledge.kept();
  const answer = await add(Buffer.from(file('twin.txt', 'x') + file('twin.txt', 'y') + end), '', form);
  expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('twin.txt') } });
  expect((await knowledge.kept()).documents - before.documents).toBe(1);
});

test('1,000 files in a form are refused behind the hundredth', async () => {
  const files = Array.from({ length: 1_000 }, (_, at) => file(`many-${at}.txt`, `${at}`)).join('');
  const answer = await add(Buffer.from(files + end), '', form);
  expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('100 files') } });
});

test.each([
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\windows\\win.ini', 'win.ini'],
  ['/etc/shadow', 'shadow'],
  ['photo\u202Etxt.exe', 'phototxt.exe'],
  ['line\tbreak.txt', 'linebreak.txt'],
  ['日本語 Größe.txt', '日本語 Größe.txt'],
  ['مرحبا.txt', 'مرحبا.txt'],
  ['<script>.txt', '<script>.txt'],
  ['%2e%2e%2fetc.txt', '%2e%2e%2fetc.txt'],
])('a file called %j is called %j, and is nowhere but in the database', async (name, called) => {
  const added = await add(Buffer.from(file(name, `of ${called}`) + end), '', form);
  expect(added).toMatchObject({ status: 201, body: { name: called, key: called } });
});

test.each([
  ['nothing', Buffer.alloc(0), '?key=k', {}, 400],
  ['bytes without a key or a name', Buffer.from('x'), '', {}, 400],
  ['an unknown fact', Buffer.from('x'), '?key=k&colour=red', {}, 400],
  ['a fact twice', Buffer.from('x'), '?key=k&key=l', {}, 400],
  ['metadata that is no JSON', Buffer.from('x'), '?key=k&metadata=%7B', {}, 400],
  ['metadata with __proto__', Buffer.from('x'), '?key=k&metadata=%7B%22__proto__%22:1%7D', {}, 400],
  ['U+0000 in the query', Buffer.from('x'), '?key=k%00', {}, 400],
  ['bytes that are packed', Buffer.from('x'), '?key=k', { 'content-encoding': 'gzip' }, 415],
  ['a long type', Buffer.from('x'), '?key=k', { 'content-type': `text/${'x'.repeat(400)}` }, 400],
  ['half of JSON', Buffer.from('{"text":'), '', { 'content-type': 'application/json' }, 400],
  ['JSON that is no UTF-8', Buffer.from([0x7b, 0xff]), '', { 'content-type': 'application/json' }, 400],
  ['more than a megabyte of JSON', { text: 'x'.repeat(megabyte + 1) }, '', {}, 413],
])('%s is refused, and leaves nothing', async (_, body, query, headers, status) => {
  const answer = await leavingNothing(() => add(body, query, headers as Record<string, string>));
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status, body: { status } });
});

test('content is put as it is, and not as a form', async () => {
  const { body: made } = await add(Buffer.from('one'), '?key=put');
  const where = `/api/v1/documents/${made.id}/content`;
  await leavingNothing(async () => {
    expect(await knowledge.ask('PUT', where, Buffer.from(file('a.txt', 'x') + end), form)).toMatchObject({
      status: 415,
    });
    expect(await knowledge.ask('PUT', where, Buffer.alloc(0))).toMatchObject({ status: 400 });
    expect(await knowledge.ask('PUT', where, Buffer.alloc(most + 1))).toMatchObject({ status: 413 });
  });
  const json = await knowledge.ask('PUT', where, Buffer.from('{"a":1}'), {
    'content-type': 'application/json',
  });
  expect(json).toMatchObject({ status: 202, body: { outcome: 'changed', bytes: 7 } });
});

test('bytes are the same whatever way they come and whatever is said that they are where nothing is', async () => {
  const bytes = Buffer.from('The same words.');
  const first = await add(bytes, '?key=same');
  const again = await add(inPieces([bytes]), '?key=same', { 'content-type': 'application/octet-stream' });
  const form = new FormData();
  form.append('key', 'same');
  form.append('file', new Blob([bytes]), 'same');
  expect(again).toMatchObject({ status: 200, body: { id: first.body.id, outcome: 'unchanged' } });
  expect(await add(form, '')).toMatchObject({
    status: 200,
    body: { id: first.body.id, outcome: 'unchanged' },
  });
});

test('other bodies are still held to a megabyte', async () => {
  const large = Buffer.alloc(megabyte + 1, ' ');
  const headers = { 'content-type': 'text/plain' };
  for (const [method, where] of [
    ['POST', '/api/v1/collections'],
    ['POST', `/api/v1/collections/${collection}/search`],
    ['PATCH', `/api/v1/collections/${collection}/documents`],
    ['POST', `/api/v1/collections/${collection}/documents/`],
    ['POST', `${path()}/x`],
    ['POST', '/api/v1/documents/x/content'],
  ] as const)
    expect(await knowledge.ask(method, where, large, headers), where).toMatchObject({ status: 413 });
});
