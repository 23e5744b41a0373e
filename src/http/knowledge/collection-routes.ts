import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { reaches } from '../../identity/covers.ts';
import type { Collection } from '../../knowledge/collections/collection.ts';
import {
  changeCollection,
  createCollection,
  deleteCollection,
  listCollections,
  readCollection,
} from '../../knowledge/collections/collections.ts';
import { checkWebhookUrl } from '../../turn/send-webhook.ts';
import { theCaller } from '../auth/the-caller.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { collectionName } from './document-fields.ts';
import { readCollectionName } from './read-names.ts';

const changing = {
  description: z.string().max(2000),
  chunk_tokens: z.int().min(16).max(8000).describe('How long a chunk is at most, as the model counts.'),
  overlap_tokens: z.int().min(0).max(7999).describe('How much of a chunk begins the next one.'),
  webhook: z.string().max(2000).nullable().describe('Told of what becomes of its documents.'),
};
const newSchema = z
  .strictObject({
    name: collectionName,
    metric: z
      .enum(['cosine', 'l2', 'inner_product'])
      .optional()
      .describe('How near vectors are is measured so, once and for all; `cosine` unless given.'),
    ...z.object(changing).partial().shape,
  })
  .openapi('NewCollection');
const changeSchema = z.strictObject(changing).partial().openapi('CollectionChange');

const space = { model: z.string(), dimensions: z.int() };
const collectionSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    metric: z.enum(['cosine', 'l2', 'inner_product']),
    chunk_tokens: z.int(),
    overlap_tokens: z.int(),
    webhook: z
      .string()
      .nullable()
      .optional()
      .describe('Its address may be a secret: shown to engineers and admins.'),
    embedding: z
      .object({
        ...space,
        building: z
          .object({ ...space, done: z.int(), total: z.int() })
          .optional()
          .describe('The vectors of another model, which are made while these serve; in documents.'),
      })
      .nullable(),
    documents: z.int(),
    chunks: z.int().describe('Those that may be found.'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Collection');

const example = { name: 'handbook', description: 'How we work', chunk_tokens: 400, overlap_tokens: 40 };
const shown = {
  ...example,
  metric: 'cosine',
  webhook: null,
  embedding: { model: 'text-embedding-3-small', dimensions: 1536 },
  documents: 12,
  chunks: 480,
  created_at: '2026-11-21T14:00:00.000Z',
  updated_at: '2026-11-21T14:00:00.000Z',
};
const tag = 'Knowledge';
const path = '/api/v1/collections/:collection';

/** Collections: documents that are searched together. */
export function collectionRoutes({ db, config }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  describeRoutes(app);

  app.get('/api/v1/collections', async (c) => {
    const collections = await listCollections(db);
    return c.json({ collections: collections.map(showCollection) });
  });

  app.post('/api/v1/collections', async (c) => {
    const { name, metric, ...rest } = await readBody(c, newSchema);
    const made = await createCollection(db, { name, metric, ...terms(rest) }, config.knowledge);
    c.header('Location', `/api/v1/collections/${made.name}`);
    return c.json(showCollection(made), 201);
  });

  app.get(path, async (c) => c.json(showCollection(await readCollection(db, readCollectionName(c)))));

  app.patch(path, async (c) => {
    const change = terms(await readBody(c, changeSchema));
    return c.json(showCollection(await changeCollection(db, readCollectionName(c), change)));
  });

  app.delete(path, async (c) => {
    await deleteCollection(db, readCollectionName(c));
    return c.body(null, 204);
  });

  return app;

  function terms({ chunk_tokens, overlap_tokens, ...same }: z.output<typeof changeSchema>) {
    if (same.webhook) checkWebhookUrl(same.webhook, config);
    return { ...same, chunkTokens: chunk_tokens, overlapTokens: overlap_tokens };
  }
}

function describeRoutes(app: OpenAPIHono<HttpEnv>): void {
  const one = { tag, answer: collectionSchema, answerExample: shown };
  describe(app, 'GET /api/v1/collections', {
    tag,
    summary: 'List collections',
    answer: z.object({ collections: z.array(collectionSchema) }),
    answerExample: { collections: [shown] },
  });
  describe(app, 'POST /api/v1/collections', {
    ...one,
    summary: 'Make a collection',
    body: newSchema,
    example,
    status: 201,
  });
  describe(app, 'GET /api/v1/collections/{collection}', { ...one, summary: 'Get a collection' });
  describe(app, 'PATCH /api/v1/collections/{collection}', {
    ...one,
    summary: 'Change a collection',
    description: 'How long chunks are holds for what is read from then on.',
    body: changeSchema,
    example: { description: 'How we work, and why' },
  });
  describe(app, 'DELETE /api/v1/collections/{collection}', {
    tag,
    summary: 'Delete a collection, with all that is in it',
    answers: 'nothing',
  });
}

function showCollection(collection: Collection): z.infer<typeof collectionSchema> {
  const { chunkTokens, overlapTokens, createdAt, updatedAt, webhook, ...same } = collection;
  return {
    ...same,
    ...(reaches(theCaller().role, 'engineer') && { webhook }),
    chunk_tokens: chunkTokens,
    overlap_tokens: overlapTokens,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
