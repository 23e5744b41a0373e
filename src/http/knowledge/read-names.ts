import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { CallerError } from '../../errors.ts';
import { checkInput } from '../check-input.ts';
import type { HttpEnv } from '../http-env.ts';
import { collectionName } from './document-fields.ts';

/** The collection that the path names. Throws a `CallerError` (`not-found`) for what none can be called. */
export function readCollectionName(c: Context<HttpEnv>): string {
  const name = c.req.param('collection') ?? '';
  if (collectionName.safeParse(name).success) return name;
  throw new CallerError('not-found', `There is no collection ${name}.`);
}

const documentId = z.object({ document: z.guid('expected a UUID').toLowerCase() });

/** The document that the path names. Throws a `CallerError` when it is no id. */
export function readDocumentId(c: Context<HttpEnv>): string {
  return checkInput(documentId, c.req.param()).document;
}
