import type { Database } from '../db/open-database.ts';
import { CallerError, ToolError } from '../errors.ts';
import type { JsonObject } from '../message.ts';
import { deleteItem } from '../store/delete-item.ts';
import type { TextEmbedder } from '../store/embed-texts.ts';
import { getItem } from '../store/get-item.ts';
import type { FoundItem, Item, Namespace } from '../store/item.ts';
import { type PutItem, putItem } from '../store/put-item.ts';
import { type ItemSearch, searchItems } from '../store/search-items.ts';

/**
 * What a tool remembers beyond its thread. What is wrong with a name or a value, the model reads.
 *
 * Each change is saved by itself and may be made twice: a tool that changes nothing else is `idempotent`. Inside
 * `commit` the store cannot be used.
 */
export interface ToolStore {
  get(namespace: Namespace, key: string): Promise<Item | undefined>;
  /** `index` and `ttl` as in `PutItem`. */
  put(
    namespace: Namespace,
    key: string,
    value: JsonObject,
    options?: Pick<PutItem, 'index' | 'ttl'>,
  ): Promise<void>;
  delete(namespace: Namespace, key: string): Promise<void>;
  /** Ten items unless `limit` says otherwise. */
  search(
    prefix: Namespace,
    options?: Partial<Pick<ItemSearch, 'query' | 'filter' | 'limit' | 'offset'>>,
  ): Promise<FoundItem[]>;
}

/** The store for a tool of a turn: nothing is embedded once the signal says so. */
export function openToolStore(
  machine: { database: Database; embedder: TextEmbedder },
  signal: AbortSignal,
): ToolStore {
  const { embedder } = machine;
  const db = () => machine.database.db;
  return {
    get: (namespace, key) => told(() => getItem(db(), { namespace, key })),
    put: (namespace, key, value, options) =>
      told(() => putItem(db(), embedder, { namespace, key, value, ...options, signal })),
    delete: (namespace, key) => told(() => deleteItem(db(), namespace, key)),
    search: (prefix, options) =>
      told(() => searchItems(db(), embedder, { limit: 10, offset: 0, ...options, prefix, signal })),
  };
}

async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    const issues = error.issues.map(({ path, message }) => `${path}: ${message}`);
    throw new ToolError([error.message, ...issues].join(' '), { cause: error });
  }
}
