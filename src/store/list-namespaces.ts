import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { checkLabels } from './check-name.ts';
import type { Namespace } from './item.ts';
import { all, beginsWith, endsWith, isLive } from './item-conditions.ts';

export interface NamespaceSearch {
  /** The first and the last labels, in which `*` stands for any one label. */
  prefix?: Namespace | undefined;
  suffix?: Namespace | undefined;
  /** Deeper namespaces that match are cut to so many labels. */
  maxDepth?: number | undefined;
  limit: number;
  offset: number;
}

/** The namespaces that hold items, each once, in order. Rejects with a `CallerError` for what cannot be a label. */
export async function listNamespaces(
  db: Kysely<Schema>,
  { prefix = [], suffix = [], maxDepth, limit, offset }: NamespaceSearch,
): Promise<Namespace[]> {
  const first = beginsWith(checkLabels(prefix, 'prefix'));
  const last = endsWith(checkLabels(suffix, 'suffix'));
  const namespace = maxDepth === undefined ? sql`namespace` : sql`namespace[:${sql.lit(maxDepth)}]`;
  const { rows } = await sql<{ cut: Namespace }>`
    select distinct ${namespace} as cut from baton.store_item
    where ${all([first, last, isLive])}
    order by cut limit ${limit} offset ${offset}`.execute(db);
  return rows.map(({ cut }) => cut);
}
