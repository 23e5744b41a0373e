import type { Kysely } from 'kysely';
import { toSql } from 'pgvector/kysely';
import { isEmbedded } from './is-embedded.ts';
import type { Schema } from './schema.ts';

/**
 * A vector as a value of a statement. Over a wire it goes in pgvector's binary form (its `vector_recv`: the number of dimensions and a zero,
 * two bytes each, then a float of four bytes a dimension), which pgvector's client does not write: a third of the bytes of its text, and read at once.
 */
export function vectorValue(db: Kysely<Schema>, vector: readonly number[]): Buffer | string {
  if (isEmbedded(db)) return String(toSql([...vector])); // null is for what is no vector
  const bytes = Buffer.alloc(4 + 4 * vector.length);
  bytes.writeInt16BE(vector.length, 0);
  for (let at = 0; at < vector.length; at++) bytes.writeFloatBE(vector[at] ?? 0, 4 + 4 * at);
  return bytes;
}
