import { randomUUID } from 'node:crypto';
import { Client } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assistantIdOf } from '../../../src/http/langgraph/assistant.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService();
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterAll(() => service.stop());

const config = { tags: ['strict'], recursion_limit: 30, configurable: { voice: 'calm' } };

async function post(
  path: string,
  body: object,
  method = 'POST',
): Promise<{ status: number; detail: string }> {
  const headers = { 'content-type': 'application/json' };
  const response = await service.app.request(path, { method, headers, body: JSON.stringify(body) });
  const { detail = '' } = (await response.json()) as { detail?: string }; // every answer here is JSON
  return { status: response.status, detail };
}

test('an assistant is made, and is as it was made', async () => {
  const made = await client.assistants.create({
    graphId: 'desk',
    name: 'Calm desk',
    description: 'Speaks slowly.',
    config,
    context: { shop: 'north' },
    metadata: { team: 'a' },
  });
  expect(made).toEqual({
    assistant_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    graph_id: 'desk',
    name: 'Calm desk',
    description: 'Speaks slowly.',
    config,
    context: { shop: 'north' },
    metadata: { team: 'a' },
    version: 1,
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    updated_at: made.created_at,
  });
  expect(await client.assistants.get(made.assistant_id)).toEqual(made);
  expect(await client.assistants.get(made.assistant_id.toUpperCase())).toEqual(made);
});

test('what is left out is empty, and the name is Untitled', async () => {
  expect(await client.assistants.create({ graphId: 'till' })).toMatchObject({
    name: 'Untitled',
    description: null,
    config: {},
    context: {},
    metadata: {},
  });
});

test('an id is taken once; who wants can have the one that is there', async () => {
  const assistantId = randomUUID();
  const made = await client.assistants.create({ graphId: 'desk', assistantId, name: 'First' });
  const again = { graphId: 'till', assistantId, name: 'Second' };
  await expect(client.assistants.create(again)).rejects.toThrow('409');
  expect(await client.assistants.create({ ...again, ifExists: 'do_nothing' })).toEqual(made);
  const desk = assistantIdOf('desk');
  await expect(client.assistants.create({ graphId: 'till', assistantId: desk })).rejects.toThrow('409');
  const there = { graphId: 'till', assistantId: desk, ifExists: 'do_nothing' } as const;
  expect(await client.assistants.create(there)).toMatchObject({ graph_id: 'desk', version: 1 });
});

test('of many who make one at the same time, one makes it', async () => {
  const assistantId = randomUUID();
  const made = await Promise.allSettled(
    Array.from({ length: 8 }, () => client.assistants.create({ graphId: 'desk', assistantId })),
  );
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await client.assistants.getVersions(assistantId)).toHaveLength(1);
});

test('each change is a version: metadata grows, config and context are replaced', async () => {
  const { assistant_id: id } = await client.assistants.create({
    graphId: 'desk',
    config,
    context: { a: 1 },
    metadata: { a: 1, b: 1 },
  });
  const changed = await client.assistants.update(id, {
    config: { tags: ['loose'] },
    context: { b: 2 },
    metadata: { b: 2 },
    name: 'Changed',
    description: 'New.',
  });
  expect(changed).toMatchObject({ version: 2, graph_id: 'desk', name: 'Changed', description: 'New.' });
  expect(changed).toMatchObject({ metadata: { a: 1, b: 2 }, context: { b: 2 } });
  expect(changed.config).toEqual({ tags: ['loose'] });
  expect(changed.updated_at > changed.created_at).toBe(true);
  expect(await client.assistants.update(id, { graphId: 'till' })).toMatchObject({
    version: 3,
    graph_id: 'till',
    name: 'Changed',
    config: { tags: ['loose'] },
  });
  const versions = await client.assistants.getVersions(id);
  expect(versions.map(({ version }) => version)).toEqual([3, 2, 1]);
  expect(versions[2]).toMatchObject({ graph_id: 'desk', config, metadata: { a: 1, b: 1 }, name: 'Untitled' });
  expect(versions[0]).not.toHaveProperty('updated_at');
  const second = await client.assistants.getVersions(id, { limit: 1, offset: 1 });
  expect(second.map(({ version }) => version)).toEqual([2]);
  const grown = await client.assistants.getVersions(id, { metadata: { b: 2 } });
  expect(grown.map(({ version }) => version)).toEqual([3, 2]);
});

test('a version that is made current again brings back all that it said', async () => {
  const first = await client.assistants.create({
    graphId: 'desk',
    name: 'First',
    description: 'One.',
    config,
    context: { a: 1 },
    metadata: { a: 1 },
  });
  const { assistant_id: id } = first;
  const second = { graphId: 'till', name: 'Second', description: 'Two.', config: {}, context: {} };
  await client.assistants.update(id, { ...second, metadata: { a: 2, b: 2 } });
  const { updated_at, ...restored } = await client.assistants.setLatest(id, 1);
  const { updated_at: before, ...as } = first;
  expect(restored).toEqual(as);
  expect(updated_at > before).toBe(true);
  expect(await client.assistants.update(id, { metadata: { c: 3 } })).toMatchObject({
    version: 3,
    graph_id: 'desk',
    name: 'First',
    metadata: { a: 1, c: 3 },
  });
  await expect(client.assistants.setLatest(id, 4)).rejects.toThrow(/404.*versions 1 to 3/);
  await expect(client.assistants.setLatest(randomUUID(), 1)).rejects.toThrow('404');
});

test('changes at the same time are one version each, and none is lost', async () => {
  const { assistant_id: id } = await client.assistants.create({ graphId: 'desk' });
  const keys = Array.from({ length: 12 }, (_, at) => `k${at}`);
  const changed = await Promise.all(
    keys.map((key) => client.assistants.update(id, { metadata: { [key]: 1 } })),
  );
  expect(changed.map(({ version }) => version).sort((a, b) => a - b)).toEqual(keys.map((_, at) => at + 2));
  const current = await client.assistants.get(id);
  expect(Object.keys(current.metadata ?? {}).sort()).toEqual(keys.toSorted());
  expect(current.version).toBe(13);
});

test('assistants are found by metadata, graph and name, page by page, in any order', async () => {
  const team = randomUUID();
  const names = ['Otter 100%', 'badger', 'Heron_x'];
  for (const [at, name] of names.entries()) {
    const graphId = at === 0 ? 'till' : 'desk';
    await client.assistants.create({ graphId, name, metadata: { team, tags: ['x', name] } });
  }
  const metadata = { team };
  const search = async (more: Parameters<typeof client.assistants.search>[0]) =>
    (await client.assistants.search({ metadata, ...more })).map(({ name }) => name);
  expect(await search({})).toEqual(names.toReversed());
  expect(await search({ sortBy: 'created_at', sortOrder: 'asc' })).toEqual(names);
  expect(await search({ sortBy: 'graph_id', sortOrder: 'desc', limit: 1 })).toEqual(['Otter 100%']);
  expect(await search({ metadata: { team, tags: ['badger'] } })).toEqual(['badger']);
  expect(await search({ graphId: 'till' })).toEqual(['Otter 100%']);
  expect(await search({ name: 'ADG' })).toEqual(['badger']);
  expect(await search({ name: '0%' })).toEqual(['Otter 100%']);
  expect(await search({ name: '_' })).toEqual(['Heron_x']);
  expect(await client.assistants.count({ metadata, graphId: 'desk' })).toBe(2);
  expect(await client.assistants.count({ metadata: { team: 'none' } })).toBe(0);
  const first = { metadata, limit: 2, includePagination: true } as const;
  const page = await client.assistants.search(first);
  expect(page.next).toBe('2');
  const last = await client.assistants.search({ ...first, offset: 2 });
  expect([last.assistants.length, last.next]).toEqual([1, null]);
  const full = await client.assistants.search({ ...first, limit: 3 });
  expect(full.next).toBe(null);
  expect(await client.assistants.search({ ...first, offset: 9 })).toEqual({ assistants: [], next: null });
  expect(await client.assistants.search({ metadata, name: 'badger', select: ['name', 'graph_id'] })).toEqual([
    { name: 'badger', graph_id: 'desk' },
  ]);
});

test('how many match comes beside a page', async () => {
  const team = randomUUID();
  for (const _ of [1, 2, 3]) await client.assistants.create({ graphId: 'desk', metadata: { team } });
  const response = await fetch(`${service.url}/assistants/search`, {
    method: 'POST',
    body: JSON.stringify({ metadata: { team }, limit: 1, offset: 1 }),
  });
  expect(response.headers.get('X-Pagination-Total')).toBe('3');
  expect(response.headers.get('X-Pagination-Next')).toBe('2');
});

test('what was said once and is not said any more is not found', async () => {
  const team = randomUUID();
  const { assistant_id: id } = await client.assistants.create({ graphId: 'desk', metadata: { team } });
  await client.assistants.update(id, { metadata: { team: 'other' } });
  expect(await client.assistants.count({ metadata: { team } })).toBe(0);
  await client.assistants.setLatest(id, 1);
  expect(await client.assistants.count({ metadata: { team } })).toBe(1);
});

test('an assistant is deleted with its versions, and its threads when that is asked', async () => {
  const { assistant_id: id } = await client.assistants.create({ graphId: 'desk' });
  const thread = await client.threads.create({ metadata: { assistant_id: id } });
  const other = await client.threads.create({ metadata: { assistant_id: randomUUID() } });
  expect(await client.assistants.delete(id)).toEqual([id]);
  await expect(client.assistants.get(id)).rejects.toThrow('404');
  await expect(client.assistants.getVersions(id)).rejects.toThrow('404');
  await expect(client.assistants.delete(id)).rejects.toThrow('404');
  expect(await client.threads.get(thread.thread_id)).toMatchObject({ status: 'idle' });

  await client.assistants.create({ graphId: 'desk', assistantId: id });
  await client.assistants.delete(id, { deleteThreads: true });
  await expect(client.threads.get(thread.thread_id)).rejects.toThrow('404');
  expect(await client.threads.get(other.thread_id)).toMatchObject({ status: 'idle' });
});

test('an assistant whose threads are busy stays, with all of them', async () => {
  const { assistant_id: id } = await client.assistants.create({ graphId: 'desk' });
  const idle = await client.threads.create({ metadata: { assistant_id: id } });
  const busy = await client.threads.create({ metadata: { assistant_id: id } });
  const { db } = service.context;
  const set = (status: string) =>
    db.updateTable('baton.thread').set({ status }).where('thread_id', '=', busy.thread_id).execute();
  await set('busy');
  await expect(client.assistants.delete(id, { deleteThreads: true })).rejects.toThrow('409');
  expect(await client.threads.get(idle.thread_id)).toMatchObject({ thread_id: idle.thread_id });
  expect(await client.assistants.get(id)).toMatchObject({ assistant_id: id });
  await set('idle');
  expect(await client.assistants.delete(id, { deleteThreads: true })).toEqual([id]);
});

test('an assistant’s graph can be drawn, and its schemas are told', async () => {
  const { assistant_id: id } = await client.assistants.create({ graphId: 'desk' });
  const drawn = await client.assistants.getGraph(id, { xray: true });
  expect(drawn).toEqual(await client.assistants.getGraph('desk', { xray: 2 }));
  expect(drawn.edges).toContainEqual(expect.objectContaining({ source: 'triage', target: 'clerk' }));
  const schemas = await client.assistants.getSchemas(id);
  expect(Object.keys(schemas).sort()).toEqual([
    'config_schema',
    'context_schema',
    'graph_id',
    'input_schema',
    'output_schema',
    'state_schema',
  ]);
  expect(schemas).toMatchObject({ graph_id: 'desk', input_schema: { required: ['messages'] } });
  expect(await client.assistants.getSubgraphs(id, { recurse: true })).toEqual({});
  expect(await client.assistants.getSubgraphs(id, { namespace: 'clerk' })).toEqual({});
  await expect(client.assistants.getSubgraphs(randomUUID())).rejects.toThrow('404');
});

test('a name that nothing has is answered with what there is', async () => {
  expect(await post('/assistants', { graph_id: 'dsk' })).toEqual({
    status: 404,
    detail: 'There is no graph "dsk". Did you mean "desk"?',
  });
  const unknown = randomUUID();
  expect(await post(`/assistants/${unknown}`, {}, 'PATCH')).toEqual({
    status: 404,
    detail: `There is no assistant "${unknown}". There are: desk, till.`,
  });
  expect((await post('/assistants/desk', { graph_id: 'nothing' }, 'PATCH')).status).toBe(404);
  expect((await client.assistants.get('desk')).version).toBe(1);
});

test.each([
  ['POST', '/assistants', {}, 'graph_id'],
  ['POST', '/assistants', { graph_id: 'desk', assistant_id: 'seven' }, 'assistant_id: expected a UUID'],
  ['POST', '/assistants', { graph_id: 'desk', name: ' ' }, 'the name is empty'],
  ['POST', '/assistants', { graph_id: 'desk', name: 'n'.repeat(257) }, 'name'],
  ['POST', '/assistants', { graph_id: 'desk', config: { recursion_limit: 0 } }, 'config.recursion_limit'],
  ['POST', '/assistants', { graph_id: 'desk', config: { tags: 'a' } }, 'config.tags'],
  ['POST', '/assistants', { graph_id: 'desk', config: { modle: 1 } }, 'modle'],
  [
    'POST',
    '/assistants',
    { graph_id: 'desk', config: { configurable: { graph_version: 'old' } } },
    'config.configurable.graph_version: expected pinned or newest',
  ],
  ['POST', '/assistants', { graph_id: 'desk', metadata: [] }, 'metadata'],
  ['POST', '/assistants', { graph_id: 'desk', context: { a: 'x'.repeat(70_000) } }, 'at most 65536 bytes'],
  ['POST', '/assistants', { graph_id: 'desk', if_exists: 'replace' }, 'if_exists'],
  ['POST', '/assistants/search', { limit: 0 }, 'limit'],
  ['POST', '/assistants/search', { limit: 1001 }, 'limit'],
  ['POST', '/assistants/search', { offset: -1 }, 'offset'],
  ['POST', '/assistants/search', { sort_by: 'config' }, 'sort_by'],
  ['POST', '/assistants/search', { select: ['graph'] }, 'select'],
  ['POST', '/assistants/desk/latest', {}, 'version'],
  ['POST', '/assistants/desk/latest', { version: '1' }, 'version'],
  ['PATCH', '/assistants/a%20b', {}, 'assistant_id: expected the name of a graph or a UUID'],
])('%s %s of %j is refused, and says why', async (method, path, body, why) => {
  const { status, detail } = await post(path, body, method);
  expect([status, detail]).toEqual([422, expect.stringContaining(why)]);
});

test('metadata that grows too large is refused, and nothing changes', async () => {
  const half = 'x'.repeat(40_000);
  const { assistant_id: id } = await client.assistants.create({ graphId: 'desk', metadata: { a: half } });
  expect(await post(`/assistants/${id}`, { metadata: { b: half } }, 'PATCH')).toMatchObject({ status: 422 });
  expect(await client.assistants.get(id)).toMatchObject({ version: 1, metadata: { a: half } });
});

test('queries are read strictly', async () => {
  const get = async (path: string) => (await service.app.request(path)).status;
  expect(await get('/assistants/desk/graph?xray=deep')).toBe(422);
  expect(await get('/assistants/desk/graph?xray=false')).toBe(200);
  expect(await get('/assistants/desk/subgraphs?recurse=9')).toBe(422);
  expect((await service.app.request('/assistants/desk?delete_threads=no', { method: 'DELETE' })).status).toBe(
    422,
  );
});
