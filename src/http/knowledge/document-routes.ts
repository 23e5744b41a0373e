import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppContext } from '../../app-context.ts';
import { changeDocument, deleteDocument, retryDocument } from '../../knowledge/ingest/change-document.ts';
import {
  findDocument,
  listDocuments,
  listVersions,
  readChunks,
  readDocument,
} from '../../knowledge/ingest/read-documents.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { changingFields, publishStates, tag as tagSchema } from './document-fields.ts';
import { readCollectionName, readDocumentId } from './read-names.ts';
import { seen, seesUnpublished } from './see-unpublished.ts';
import {
  chunkSchema,
  documentExample,
  documentSchema,
  showChunk,
  showDocument,
  showVersion,
  versionSchema,
} from './show-document.ts';
import { waitForDocument } from './wait-for-document.ts';

const whole = z.coerce.number('expected a whole number').int('expected a whole number');
const listQuery = z.strictObject({
  key: z.string().min(1).max(1000).optional().describe('The one that is called so.'),
  search: z.string().trim().min(1).max(200).optional().describe('In the key, name or title, in any case.'),
  status: z.enum(['waiting', 'reading', 'embedding', 'ready', 'failed']).optional(),
  tag: tagSchema.optional(),
  publish: z.enum(publishStates).optional(),
  limit: whole.min(1).max(1000).default(100),
  after: z.string().max(2000).optional().describe('The `next` of the page before.'),
});
const waitQuery = z.strictObject({
  wait: whole
    .min(0)
    .max(60)
    .default(0)
    .describe('Seconds until the answer comes at the latest; sooner when the document is ready or failed.'),
});
const pageQuery = z.strictObject({
  limit: whole.min(1).max(1000).default(100),
  after: whole.min(0).max(2_147_483_647).optional().describe('The `next` of the page before.'),
});
const changeSchema = z.strictObject(changingFields).partial().openapi('DocumentChange');

const list = '/api/v1/collections/:collection/documents';
const path = '/api/v1/documents/:document';

/** What became of the documents that were brought. */
export function documentRoutes({ db, queue, turns }: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  describeRoutes(app);

  app.get(list, async (c) => {
    const collection = readCollectionName(c);
    const { key, ...filter } = checkInput(listQuery, c.req.query());
    if (key === undefined) {
      const { documents, next } = await listDocuments(db, collection, {
        ...filter,
        isPublished: !seesUnpublished(),
      });
      return c.json({ documents: documents.map(showDocument), next });
    }
    const found = await findDocument(db, collection, key);
    const isShown = found && (found.publish === 'published' || seesUnpublished());
    return c.json({ documents: isShown ? [showDocument(found)] : [], next: null });
  });

  app.get(path, async (c) => {
    const id = readDocumentId(c);
    const { wait } = checkInput(waitQuery, c.req.query());
    const document = seen(await readDocument(db, id));
    if (wait === 0) return c.json(showDocument(document));
    const leave = c.get('streams').enter('stream');
    try {
      const signal = AbortSignal.any([c.req.raw.signal, turns.closed.signal]);
      return c.json(showDocument(seen(await waitForDocument(db, id, wait, signal))));
    } finally {
      leave();
    }
  });

  app.patch(path, async (c) => {
    const change = await readBody(c, changeSchema);
    return c.json(showDocument(await changeDocument({ db, queue }, readDocumentId(c), change)));
  });

  app.delete(path, async (c) => {
    await deleteDocument(db, readDocumentId(c));
    return c.body(null, 204);
  });

  app.post(`${path}/retry`, async (c) =>
    c.json(showDocument(await retryDocument({ db, queue }, readDocumentId(c))), 202),
  );

  app.get(`${path}/chunks`, async (c) => {
    const id = readDocumentId(c);
    const page = checkInput(pageQuery, c.req.query());
    seen(await readDocument(db, id));
    const { chunks, next } = await readChunks(db, id, page);
    return c.json({ chunks: chunks.map(showChunk), next });
  });

  app.get(`${path}/versions`, async (c) => {
    const id = readDocumentId(c);
    const page = checkInput(pageQuery, c.req.query());
    seen(await readDocument(db, id));
    const { versions, next } = await listVersions(db, id, page);
    return c.json({ versions: versions.map(showVersion), next });
  });

  return app;
}

function describeRoutes(app: OpenAPIHono<HttpEnv>): void {
  const tag = 'Knowledge';
  const one = { tag, answer: documentSchema, answerExample: documentExample };
  describe(app, 'GET /api/v1/collections/{collection}/documents', {
    tag,
    summary: 'List the documents of a collection',
    query: listQuery,
    answer: z.object({ documents: z.array(documentSchema), next: z.string().nullable() }),
    answerExample: { documents: [documentExample], next: null },
  });
  describe(app, 'GET /api/v1/documents/{document}', {
    ...one,
    summary: 'Get a document, or wait until it is ready',
    query: waitQuery,
  });
  describe(app, 'PATCH /api/v1/documents/{document}', {
    ...one,
    summary: 'Change what is said of a document',
    description:
      'What is left out stays; null leaves it to the document. It is found, or not, from the answer on.',
    body: changeSchema,
    example: { tags: ['policy'], metadata: { team: 'support' }, publish: 'published' },
  });
  describe(app, 'DELETE /api/v1/documents/{document}', {
    tag,
    summary: 'Delete a document, with its versions, passages and vectors',
    answers: 'nothing',
  });
  describe(app, 'POST /api/v1/documents/{document}/retry', {
    ...one,
    summary: 'Try a document again that failed',
    status: 202,
  });
  describe(app, 'GET /api/v1/documents/{document}/chunks', {
    tag,
    summary: 'List the passages of a document',
    description: 'Those of the version that is searched, or else of the one that is made.',
    query: pageQuery,
    answer: z.object({ chunks: z.array(chunkSchema), next: z.int().nullable() }),
  });
  describe(app, 'GET /api/v1/documents/{document}/versions', {
    tag,
    summary: 'List the versions of a document, the newest first',
    query: pageQuery,
    answer: z.object({ versions: z.array(versionSchema), next: z.int().nullable() }),
  });
}
