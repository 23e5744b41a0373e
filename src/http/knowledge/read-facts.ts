import { z } from '@hono/zod-openapi';
import { CallerError } from '../../errors.ts';
import type { Json } from '../../message.ts';
import { checkInput } from '../check-input.ts';
import { cleanJson } from '../clean-json.ts';
import { broughtFields } from './document-fields.ts';

const factsSchema = z.strictObject(broughtFields).partial();
export type Facts = z.output<typeof factsSchema>;

/**
 * What is said of a document in texts, in a query or a form: `metadata` is JSON; `tags` come one by one, parted by commas, or as a
 * JSON list. Throws a `CallerError` that lists all that is wrong.
 */
export function readFacts(given: Record<string, string[]>): Facts {
  const { tags, metadata, ...others } = given;
  const single = Object.entries(others).map(([name, values]) => [
    name,
    values.length > 1 ? values : values[0],
  ]);
  return checkInput(
    factsSchema,
    cleanJson({
      ...Object.fromEntries(single),
      ...(tags && { tags: tags.flatMap(readTags) }),
      ...(metadata && { metadata: parse('metadata', metadata.join('\n')) }),
    }),
  );
}

function readTags(text: string): Json[] {
  if (!text.trimStart().startsWith('[')) return text.split(',').filter((tag) => tag.trim() !== '');
  const tags = parse('tags', text);
  return Array.isArray(tags) ? tags : [tags];
}

function parse(path: string, text: string): Json {
  try {
    return JSON.parse(text) as Json; // what JSON.parse returns
  } catch (cause) {
    const issues = [{ path, message: 'expected JSON' }];
    throw new CallerError('invalid-request', 'The request is not valid.', { issues, cause });
  }
}
