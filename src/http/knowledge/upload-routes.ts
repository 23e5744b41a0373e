import { OpenAPIHono, z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import type { AppContext } from '../../app-context.ts';
import { type AddedDocument, addDocument } from '../../knowledge/ingest/add-document.ts';
import { readDocument } from '../../knowledge/ingest/read-documents.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { closeUnlessRead } from './close-unless-read.ts';
import { broughtFields } from './document-fields.ts';
import { readCollectionName, readDocumentId } from './read-names.ts';
import { jsonDocument, rawContent, readUpload } from './read-upload.ts';
import { documentExample, documentSchema, showDocument } from './show-document.ts';

const outcome = z.enum(['added', 'changed', 'unchanged']).describe('`unchanged`: it has the same bytes.');
const addedSchema = documentSchema.extend({ outcome }).openapi('AddedDocument');

/** How documents come in: as JSON, in forms, or as the bodies of requests. */
export function uploadRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { config, db, queue } = context;
  const app = new OpenAPIHono<HttpEnv>();
  describeRoutes(app);

  app.post('/api/v1/collections/:collection/documents', closeUnlessRead, async (c) => {
    const collection = readCollectionName(c);
    refuseEncoded(c.req.header('content-encoding'));
    const added: AddedDocument[] = [];
    for await (const document of readUpload(c, context))
      added.push(await addDocument({ db, queue }, collection, document));
    const status = added.some(({ outcome }) => outcome !== 'unchanged') ? 201 : 200;
    const [only, ...others] = added;
    if (!only) throw new Error('A request that brings nothing is refused before.');
    if (others.length > 0) return c.json({ documents: added.map(showAdded) }, status);
    c.header('Location', `/api/v1/documents/${only.document.id}`);
    return c.json(showAdded(only), status);
  });

  app.put('/api/v1/documents/:document/content', closeUnlessRead, async (c) => {
    const { id, collection, key } = await readDocument(db, readDocumentId(c));
    const type = c.req.header('content-type');
    refuseEncoded(c.req.header('content-encoding'));
    if (/^multipart\//i.test(type ?? ''))
      throw new HTTPException(415, { message: 'Send the bytes of the document, not a form.' });
    const content = rawContent(c, config.knowledge.maxDocumentBytes);
    const added = await addDocument({ db, queue }, collection, { key, ...content });
    c.header('Location', `/api/v1/documents/${id}`);
    return c.json(showAdded(added), added.outcome === 'unchanged' ? 200 : 202);
  });

  return app;
}

/** Bytes are kept as they come, and nothing is unpacked on the way. */
function refuseEncoded(encoding = 'identity'): void {
  if (encoding.toLowerCase() === 'identity') return;
  throw new HTTPException(415, { message: 'Send the document without a Content-Encoding.' });
}

function showAdded({ document, outcome }: AddedDocument): z.infer<typeof addedSchema> {
  return { ...showDocument(document), outcome };
}

function describeRoutes(app: OpenAPIHono<HttpEnv>): void {
  const tag = 'Knowledge';
  const bytes = z.string().openapi({ format: 'binary' });
  const answerExample = { ...documentExample, outcome: 'added' };
  const form = z.object({ ...z.object(broughtFields).partial().shape, file: bytes });
  describe(app, 'POST /api/v1/collections/{collection}/documents', {
    tag,
    summary: 'Add a document',
    description: [
      'As JSON, with its text or a `url` that it is fetched from; as a form, with one `file` or several behind the fields that are said of all of them;',
      'or as it is, as the body of any other type, with what is said of it in the query. 200 where it has the same bytes under the same key already.',
      'Several files are answered with `documents`. It is read and embedded afterwards: see `status`.',
    ].join(' '),
    body: jsonDocument,
    example: { key: 'refunds', title: 'Refunds', text: '# Refunds\n\nWithin 30 days.', tags: ['policy'] },
    otherBodies: { 'multipart/form-data': form, 'application/octet-stream': bytes },
    query: z.object(broughtFields).partial(),
    answer: addedSchema,
    answerExample,
    status: 201,
  });
  describe(app, 'PUT /api/v1/documents/{document}/content', {
    tag,
    summary: 'Bring other content of a document',
    description:
      'What is searched stays until the new one is ready. 200, and nothing is made, where it has the same bytes.',
    body: bytes,
    answer: addedSchema,
    answerExample,
    status: 202,
  });
}
