import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { deleteItem } from '../../store/delete-item.ts';
import { getItem } from '../../store/get-item.ts';
import { listNamespaces } from '../../store/list-namespaces.ts';
import { putItem } from '../../store/put-item.ts';
import { searchItems } from '../../store/search-items.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { readBody } from '../read-body.ts';

const tag = 'LangGraph: store';
const labels = z.array(z.string()).describe('Labels, the widest first; none is empty or contains a dot.');
const pattern = labels.nullish().describe('Labels, in which * stands for any one.');
const page = {
  limit: z.int().min(1).max(1000),
  offset: z.int().min(0).max(1e9).default(0),
};
const refresh = 'Whether the time to live of what is found begins anew; true when left out.';
const putSchema = z.object({
  namespace: labels,
  key: z.string(),
  value: jsonObjectSchema,
  index: z
    .union([z.literal(false), z.array(z.string())])
    .nullish()
    .describe('The fields to find the item by, such as a.b or a[*].b; false for none, null for all texts.'),
  ttl: z.number().nullish().describe('Minutes to live.'),
});
const nameSchema = z.object({ namespace: labels, key: z.string() });
const getSchema = z.object({
  namespace: z.string().describe('The labels with dots between them.'),
  key: z.string(),
  refresh_ttl: z.enum(['true', 'false']).optional().describe(refresh),
});
const searchSchema = z.object({
  namespace_prefix: labels.nullish(),
  filter: jsonObjectSchema
    .nullish()
    .describe('Fields, dotted or not, with values or with {$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin}.'),
  query: z.string().nullish().describe('Finds by meaning, nearest first.'),
  ...page,
  limit: page.limit.default(10),
  refresh_ttl: z.boolean().nullish().describe(refresh),
});
const namespacesSchema = z.object({
  prefix: pattern,
  suffix: pattern,
  max_depth: z.int().min(1).max(1000).nullish().describe('Deeper namespaces are cut to this many labels.'),
  ...page,
  limit: page.limit.default(100),
});
const itemSchema = z.looseObject({
  namespace: labels,
  key: z.string(),
  value: jsonObjectSchema,
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

/** What is remembered beyond threads: items by namespace and key, found by fields and by meaning. */
export function storeRoutes({ db, embedder }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'PUT /store/items', {
    summary: 'Keep an item',
    tag,
    body: putSchema,
    example: { namespace: ['users', 'ada'], key: 'diet', value: { text: 'She eats no meat.' } },
    answers: 'nothing',
  });
  app.put('/store/items', async (c) => {
    const item = await readBody(c, putSchema);
    await putItem(db, embedder, item);
    return c.body(null, 204);
  });

  describe(app, 'GET /store/items', {
    summary: 'Get an item, or null',
    tag,
    query: getSchema,
    answer: itemSchema.nullable(),
  });
  app.get('/store/items', async (c) => {
    const namespaces = c.req.queries('namespace');
    const query = checkInput(getSchema, { ...c.req.query(), namespace: namespaces?.join('.') });
    const refreshTtl = query.refresh_ttl !== 'false';
    const namespace = query.namespace === '' ? [] : query.namespace.split('.');
    return c.json((await getItem(db, { namespace, key: query.key, refreshTtl })) ?? null);
  });

  describe(app, 'DELETE /store/items', {
    summary: 'Delete an item, if there is one',
    tag,
    body: nameSchema,
    answers: 'nothing',
  });
  app.delete('/store/items', async (c) => {
    const { namespace, key } = await readBody(c, nameSchema);
    await deleteItem(db, namespace, key);
    return c.body(null, 204);
  });

  describe(app, 'POST /store/items/search', {
    summary: 'Find items',
    description: 'With a query, each has a score: the cosine similarity of its nearest text, at most 1.',
    tag,
    body: searchSchema,
    example: { namespace_prefix: ['users', 'ada'], query: 'What does she eat?' },
    answer: z.object({ items: z.array(itemSchema) }),
  });
  app.post('/store/items/search', async (c) => {
    const { namespace_prefix, refresh_ttl, ...search } = await readBody(c, searchSchema);
    const items = await searchItems(db, embedder, {
      ...search,
      prefix: namespace_prefix ?? [],
      refreshTtl: refresh_ttl ?? true,
    });
    return c.json({ items });
  });

  describe(app, 'POST /store/namespaces', {
    summary: 'List namespaces',
    tag,
    body: namespacesSchema,
    example: { prefix: ['users', '*'], max_depth: 2 },
    answer: z.object({ namespaces: z.array(labels) }),
  });
  app.post('/store/namespaces', async (c) => {
    const { prefix, suffix, max_depth, ...rest } = await readBody(c, namespacesSchema);
    const search = { ...rest, prefix: prefix ?? [], suffix: suffix ?? [] };
    const namespaces = await listNamespaces(db, { ...search, ...(max_depth && { maxDepth: max_depth }) });
    return c.json({ namespaces });
  });

  return app;
}
