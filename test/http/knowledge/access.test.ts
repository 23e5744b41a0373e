import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../../src/tenancy.ts';
import { bearer, giveKey } from '../../support/give-key.ts';
import { makeTenant, withAuth } from '../../support/people.ts';
import { type Body, type Knowledge, openKnowledge } from './support.ts';

let knowledge: Knowledge;
let document: string;
const headers: Record<string, Record<string, string>> = {};
const text = 'Refunds are paid within five days.';

beforeAll(async () => {
  knowledge = await openKnowledge({ settings: withAuth });
  for (const tenant of ['acme', 'other']) {
    await makeTenant(knowledge.service.context, tenant);
    for (const role of ['viewer', 'member', 'engineer', 'admin'] as const)
      headers[`${tenant} ${role}`] = bearer(await giveKey(knowledge.service.context, tenant, { role }));
  }
  for (const scope of ['knowledge:read', 'knowledge:write', 'runs:write'])
    headers[scope] = bearer(
      await giveKey(knowledge.service.context, 'acme', { role: 'engineer', scopes: [scope] as never }), // of the list
    );
  await ask('acme engineer', 'POST', 'collections', { name: 'handbook' });
  const added = await ask('acme member', 'POST', 'collections/handbook/documents', { key: 'refunds', text });
  document = String(added.body.id);
  await ask('acme member', 'GET', `documents/${document}?wait=60`);
});
afterAll(() => knowledge.stop());

const ask = (who: string, method: string, path: string, body?: unknown) =>
  knowledge.ask(method, `/api/v1/${path}`, body, headers[who] ?? {});

const reading = () =>
  [
    ['GET', 'collections'],
    ['GET', 'collections/handbook'],
    ['GET', 'collections/handbook/documents'],
    ['GET', `documents/${document}`],
    ['GET', `documents/${document}/chunks`],
    ['GET', `documents/${document}/versions`],
    ['POST', 'search', { query: 'refunds' }],
    ['POST', 'collections/handbook/search', { query: 'refunds' }],
  ] as [string, string, Body?][];
const writing = () =>
  [
    ['POST', 'collections/handbook/documents', { key: 'refunds', text }],
    ['PATCH', `documents/${document}`, { tags: ['a'] }],
    ['PUT', `documents/${document}/content`, Buffer.from(text)],
  ] as [string, string, unknown][];
const shaping = [
  ['POST', 'collections', { name: 'more' }],
  ['PATCH', 'collections/handbook', { description: 'x' }],
] as [string, string, unknown][];

test.each<[string, Role, boolean, boolean]>([
  ['a viewer reads', 'viewer', false, false],
  ['a member writes documents', 'member', true, false],
  ['an engineer makes collections', 'engineer', true, true],
])('%s, and does no more', async (_, role, writes, shapes) => {
  for (const [method, path, body] of reading())
    expect((await ask(`acme ${role}`, method, path, body)).status, `${method} ${path}`).toBe(200);
  for (const [method, path, body] of writing()) {
    const { status } = await ask(`acme ${role}`, method, path, body);
    expect(status < 300, `${method} ${path} ${status}`).toBe(writes);
    if (!writes) expect(status).toBe(403);
  }
  for (const [method, path, body] of shaping)
    expect((await ask(`acme ${role}`, method, path, body)).status < 300, `${method} ${path}`).toBe(shapes);
  if (!shapes) expect((await ask(`acme ${role}`, 'DELETE', 'collections/handbook')).status).toBe(403);
});

test('what is not published is not there for a viewer, and neither are its text and its versions', async () => {
  const added = await ask('acme member', 'POST', 'collections/handbook/documents', {
    key: 'salaries',
    text: 'Nobody knows them yet.',
    publish: 'draft',
  });
  const id = String(added.body.id);
  await ask('acme member', 'GET', `documents/${id}?wait=60`);
  const listed = async (who: string, query = '') => {
    const { body } = await ask(who, 'GET', `collections/handbook/documents${query}`);
    return (body.documents as Body[]).map(({ key }) => key); // as the route answers
  };
  for (const publish of ['draft', 'archived', 'published']) {
    await ask('acme member', 'PATCH', `documents/${id}`, { publish });
    const isThere = publish === 'published';
    for (const path of ['', '?wait=1', '/chunks', '/versions']) {
      const shown = await ask('acme viewer', 'GET', `documents/${id}${path}`);
      expect(shown.status, `${publish} ${path}`).toBe(isThere ? 200 : 404);
      expect((await ask('acme member', 'GET', `documents/${id}${path}`)).status).toBe(200);
    }
    const all = ['refunds', 'salaries'];
    const some = isThere ? all : ['refunds'];
    expect(await listed('acme viewer')).toEqual(some);
    expect(await listed('acme viewer', '?key=salaries')).toEqual(isThere ? ['salaries'] : []);
    expect(await listed('acme viewer', `?publish=${publish}`)).toEqual(isThere ? all : []);
    expect(await listed('acme member')).toEqual(all);
    expect(await listed('acme member', '?key=salaries')).toEqual(['salaries']);
  }
  await ask('acme member', 'DELETE', `documents/${id}`);
});

test('where a collection tells its events is shown to engineers alone, and is in no record', async () => {
  const webhook = 'https://hooks.example.com/secret-path';
  expect(await ask('acme engineer', 'PATCH', 'collections/handbook', { webhook })).toMatchObject({
    status: 200,
    body: { webhook },
  });
  for (const role of ['viewer', 'member']) {
    for (const path of ['collections', 'collections/handbook']) {
      const { status, body } = await ask(`acme ${role}`, 'GET', path);
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain('webhook');
    }
  }
  expect(await ask('acme engineer', 'GET', 'collections/handbook')).toMatchObject({ body: { webhook } });
  const { body } = await ask('acme admin', 'GET', 'audit?limit=1000');
  expect(JSON.stringify(body)).toContain('collection-update');
  expect(JSON.stringify(body)).not.toContain('secret-path');
  await ask('acme engineer', 'PATCH', 'collections/handbook', { webhook: null });
});

test('a key that is narrowed to a scope may do what that says', async () => {
  expect((await ask('knowledge:read', 'GET', 'collections')).status).toBe(200);
  expect((await ask('knowledge:read', 'PATCH', `documents/${document}`, { tags: [] })).status).toBe(403);
  expect((await ask('knowledge:write', 'PATCH', `documents/${document}`, { tags: [] })).status).toBe(200);
  expect((await ask('knowledge:write', 'GET', 'collections')).status).toBe(200);
  expect((await ask('runs:write', 'GET', 'collections')).status).toBe(403);
  expect((await ask('nobody', 'GET', 'collections')).status).toBe(401);
});

test('what another tenant has is not there', async () => {
  for (const [method, path, body] of [...reading(), ...writing(), ...shaping.slice(1)]) {
    const { status, body: answer } = await ask('other engineer', method, path, body);
    if (path === 'collections') expect(answer).toEqual({ collections: [] });
    else if (path === 'search') expect(answer).toEqual({ passages: [] });
    else expect(status, `${method} ${path}`).toBe(404);
  }
  for (const path of ['collections/handbook', `documents/${document}`])
    expect((await ask('other engineer', 'DELETE', path)).status).toBe(404);
  expect(await ask('other engineer', 'POST', 'collections', { name: 'handbook' })).toMatchObject({
    status: 201,
  });
  expect(await ask('acme viewer', 'GET', 'collections/handbook')).toMatchObject({ body: { documents: 1 } });
});

test('who says not who they are is refused, however much they send', async () => {
  const { status } = await knowledge.ask(
    'POST',
    '/api/v1/collections/handbook/documents?key=k',
    Buffer.alloc(2_000_000),
  );
  expect(status).toBe(401);
});
