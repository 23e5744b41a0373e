import { z } from 'zod';
import { CallerError } from '../../errors.ts';
import type { JsonObject } from '../../message.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { configShape } from './config-shape.ts';

/** Of each of config, context and metadata, in bytes of JSON: every version keeps them. */
const mostBytes = 64 * 1024;
const tooLarge = `expected at most ${mostBytes} bytes of JSON`;

const configSchema = z
  .strictObject(configShape)
  .refine(fits, tooLarge)
  .transform((config) => JSON.parse(JSON.stringify(config)) as JsonObject); // without the absent fields, it is JSON

/** What a caller may say about an assistant; what is absent or null is not said. */
export const assistantFieldsSchema = z.object({
  config: configSchema
    .nullish()
    .describe('How its runs are carried out; a run’s own config stands above it.'),
  context: jsonObjectSchema.refine(fits, tooLarge).nullish(),
  metadata: jsonObjectSchema.refine(fits, tooLarge).nullish(),
  name: z.string().trim().min(1, 'the name is empty').max(256).nullish(),
  description: z.string().max(4096).nullish(),
});

/** Metadata with what is added to it, key by key. Throws a `CallerError` when it is too large then. */
export function addMetadata(metadata: JsonObject, added: JsonObject): JsonObject {
  const grown = { ...metadata, ...added };
  if (fits(grown)) return grown;
  throw new CallerError('invalid-request', 'The request is not valid.', {
    issues: [{ path: 'metadata', message: `with what is there already: ${tooLarge}` }],
  });
}

function fits(value: object): boolean {
  return Buffer.byteLength(JSON.stringify(value)) <= mostBytes;
}
