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
    for (const role of ['viewer', 'member', 'engineer'] as const)
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
