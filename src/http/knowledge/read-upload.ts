import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import type { NewDocument } from '../../knowledge/ingest/add-document.ts';
import { findDocument } from '../../knowledge/ingest/read-documents.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { isJson } from '../upload-paths.ts';
import { broughtFields, plainName } from './document-fields.ts';
import { fetchFor } from './fetch-for.ts';
import { readFacts } from './read-facts.ts';
import { readCollectionName } from './read-names.ts';
import { bodyOf, bounded, saidType, tooLarge } from './upload-body.ts';

/** A document as JSON: its text, or where it is. */
export const jsonDocument = z
  .strictObject({
    ...z.object(broughtFields).partial().shape,
    text: z.string().min(1).optional().describe('Markdown, HTML or plain text.'),
    url: broughtFields.url
      .optional()
      .describe('Without `text`: where it is fetched from. With it: where people read it.'),
    content_type: z.string().max(255).optional().describe('What the text is, such as `text/html`.'),
  })
  .refine(({ text, url }) => text !== undefined || url !== undefined, {
    path: ['text'],
    message: 'expected text, or a url to fetch',
  })
  .openapi('NewDocument');

/** The documents that a request brings, as JSON, in a form, or as its body. Each has to be taken before the next comes. */
export async function* readUpload(
  c: Context<HttpEnv>,
  context: Pick<AppContext, 'config' | 'db'>,
): AsyncGenerator<NewDocument, void> {
  const contentType = c.req.header('content-type');
  const { maxDocumentBytes: maxBytes } = context.config.knowledge;
  if (isJson(contentType)) yield await readJson(c, context);
  else if (/^multipart\//i.test(contentType ?? '')) {
    const { readForm } = await import('./read-form.ts');
    yield* readForm(c, maxBytes);
  } else yield readRaw(c, maxBytes);
}

async function readJson(
  c: Context<HttpEnv>,
  { config, db }: Pick<AppContext, 'config' | 'db'>,
): Promise<NewDocument> {
  const { text, url, content_type: contentType, ...facts } = await readBody(c, jsonDocument);
  if (text !== undefined) {
    const content = Buffer.from(text);
    const key = facts.key ?? url ?? facts.name ?? `text-${digest(content).slice(0, 16)}`;
    return { ...facts, key, content, url, contentType };
  }
  if (url === undefined) throw new Error('The schema lets none through that has neither.');
  const key = facts.key ?? url;
  await findDocument(db, readCollectionName(c), key); // nobody is asked for what has nowhere to go
  const { bytes, ...fetched } = await fetchFor(c, url, config.knowledge);
  const name = facts.name ?? (plainName(fetched.name ?? '').slice(0, 255) || undefined);
  return { ...facts, ...fetched, name, content: bytes, key };
}

function readRaw(c: Context<HttpEnv>, maxBytes: number): NewDocument {
  const facts = readFacts(c.req.queries());
  const key = facts.key ?? facts.name;
  if (key === undefined) {
    const issues = [{ path: 'key', message: 'expected a key, or a name, in the query' }];
    throw new CallerError('invalid-request', 'The request is not valid.', { issues });
  }
  return { ...facts, key, ...rawContent(c, maxBytes) };
}

/** The body of a request as a document. */
export function rawContent(
  c: Context<HttpEnv>,
  maxBytes: number,
): Pick<NewDocument, 'content' | 'contentType' | 'maxBytes'> {
  if (Number(c.req.header('content-length')) > maxBytes) throw tooLarge(maxBytes);
  return {
    content: bounded(bodyOf(c), maxBytes),
    contentType: saidType(c.req.header('content-type')),
    maxBytes,
  };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
