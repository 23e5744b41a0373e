import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { nameCollections } from '../../knowledge/collections/collections.ts';
import {
  type KnowledgeSearch,
  type Passage,
  searchKnowledge,
} from '../../knowledge/search/search-knowledge.ts';
import type { JsonObject } from '../../message.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { readBody } from '../read-body.ts';
import { collectionName, tag as tagSchema } from './document-fields.ts';
import { readCollectionName } from './read-names.ts';

/** Each is a search by vectors of its own. */
const mostCollections = 100;

const inOne = z
  .strictObject({
    query: z.string().trim().min(1).max(4000),
    limit: z.int().min(1).max(50).default(8),
    mode: z
      .enum(['hybrid', 'lexical', 'vector'])
      .default('hybrid')
      .describe('By words and by meaning together, or by one of them.'),
    filter: z
      .strictObject({
        tags: z.array(tagSchema).max(50).describe('Documents with any of these.'),
        language: z.string().regex(/^[a-z]{2,3}$/, 'expected a language such as en'),
        documents: z.array(z.guid('expected a UUID').toLowerCase()).max(1000),
        metadata: (jsonObjectSchema as z.ZodType<JsonObject>).describe(
          'Members that documents have, or conditions on them: `{"year": {"$gte": 2024}}` with $eq, $ne, $in, $gt, $gte, $lt, $lte, $exists.',
        ),
      })
      .partial()
      .optional(),
  })
  .openapi('CollectionSearch');
const inMany = inOne
  .extend({
    collections: z
      .array(collectionName)
      .min(1)
      .max(mostCollections)
      .optional()
      .describe('All, unless given; of more than 100, the first by name.'),
  })
  .openapi('KnowledgeSearch');

const range = z.object({ from: z.int(), to: z.int() }).optional();
const passageSchema = z
  .object({
    id: z.string().describe('As it is cited.'),
    chunk_id: z.string(),
    document_id: z.uuid(),
    collection: z.string(),
    version: z.int(),
    key: z.string(),
    name: z.string().optional(),
    title: z.string().optional(),
    url: z.string().optional(),
    headings: z.array(z.string()),
    pages: range,
    slides: range,
    sheet: z.string().optional(),
    position: z.int(),
    text: z.string(),
    language: z.string(),
    score: z.number().describe('From 0 to 1, to be compared within one answer.'),
    parts: z
      .object({ lexical: z.number().optional(), vector: z.number().optional() })
      .describe('What it was found by.'),
  })
  .openapi('Passage');

const example = { query: 'How long do refunds take?', limit: 5, filter: { tags: ['policy'] } };
const answerExample = {
  passages: [
    {
      id: 'p-3fa91c02be',
      chunk_id: '3fa91c02be6d7f10',
      document_id: '0b8d6a54-6d0e-4d27-9a41-3f2f1b8c7f10',
      collection: 'handbook',
      version: 1,
      key: 'refunds.pdf',
      name: 'refunds.pdf',
      title: 'Refunds',
      headings: ['Refunds', 'How long it takes'],
      pages: { from: 3, to: 3 },
      position: 7,
      text: 'Refunds are paid within five days.',
      language: 'en',
      score: 0.93,
      parts: { lexical: 11.2, vector: 0.81 },
    },
  ],
};

/** Searches documents, as agents do. */
export function searchRoutes({ db, embedder, log }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  const described = {
    tag: 'Knowledge',
    example,
    answer: z.object({ passages: z.array(passageSchema) }),
    answerExample,
  };
  describe(app, 'POST /api/v1/search', { ...described, summary: 'Search collections', body: inMany });
  describe(app, 'POST /api/v1/collections/{collection}/search', {
    ...described,
    summary: 'Search a collection',
    body: inOne,
  });

  app.post('/api/v1/search', async (c) => {
    const { collections, ...asked } = await readBody(c, inMany);
    const names = collections ?? (await nameCollections(db, mostCollections));
    return c.json(await search({ ...asked, collections: [...new Set(names)], signal: c.req.raw.signal }));
  });

  app.post('/api/v1/collections/:collection/search', async (c) => {
    const collections = [readCollectionName(c)];
    return c.json(await search({ ...(await readBody(c, inOne)), collections, signal: c.req.raw.signal }));
  });

  return app;

  async function search(asked: KnowledgeSearch) {
    const passages = await searchKnowledge(db, embedder, { ...asked, log });
    return { passages: passages.map(showPassage) };
  }
}

function showPassage({ chunkId, documentId, ...same }: Passage): z.infer<typeof passageSchema> {
  return { ...same, chunk_id: chunkId, document_id: documentId };
}
