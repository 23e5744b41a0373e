import { sql } from 'kysely';
import type { JsonObject } from '../message.ts';

/** A path of labels, the widest first: `['users', 'ada', 'memories']`. */
export type Namespace = string[];

/** What is kept under a key of a namespace. */
export interface Item {
  namespace: Namespace;
  key: string;
  value: JsonObject;
  created_at: Date;
  updated_at: Date;
}

/** An item that a search found. */
export interface FoundItem extends Item {
  /** The cosine similarity of the query and the item's nearest text, at most 1; null in a search without a query. */
  score: number | null;
}

/**
 * The columns of an item, without those that only the store itself looks at. The key comes as JSON: the embedded
 * database takes U+FEFF at the beginning of a plain text for a byte order mark, and leaves it out.
 */
export const itemColumns = [
  'namespace',
  sql<string>`to_json(key)`.as('key'),
  'value',
  'created_at',
  'updated_at',
] as const;
