import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Namespace } from './item.ts';

/** Of a row of `baton.store_item`: its time is not over. The database's clock decides. */
export const isLive: RawBuilder<SqlBool> = sql<SqlBool>`(expires_at is null or expires_at > now())`;

/** The item of a namespace and a key. */
export function isItem(namespace: Namespace, key: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`(namespace = ${namespace}::text[] and key = ${key})`;
}

/**
 * Namespaces that begin with these labels, as one range of the index: bytes are compared, and no text stands
 * between a label and the label with U+0001 behind it.
 */
export function isUnder(prefix: Namespace): RawBuilder<SqlBool> {
  const last = prefix.at(-1);
  if (last === undefined) return sql<SqlBool>`true`;
  const behind = [...prefix.slice(0, -1), `${last}\u0001`];
  return sql<SqlBool>`(namespace >= ${prefix}::text[] and namespace < ${behind}::text[])`;
}

/** Namespaces whose first labels match a pattern, in which `*` stands for any one label. */
export function beginsWith(pattern: Namespace): RawBuilder<SqlBool> {
  const known = pattern.indexOf('*');
  const prefix = known < 0 ? pattern : pattern.slice(0, known);
  const labels = pattern.flatMap((label, at) =>
    label === '*' ? [] : [sql<SqlBool>`namespace[${sql.lit(at + 1)}] = ${label}`],
  );
  return all([isUnder(prefix), isDeepAs(pattern), ...labels]);
}

/** Namespaces whose last labels match a pattern, in which `*` stands for any one label. */
export function endsWith(pattern: Namespace): RawBuilder<SqlBool> {
  const labels = pattern.flatMap((label, at) => {
    const fromEnd = sql.lit(pattern.length - 1 - at);
    return label === '*' ? [] : [sql<SqlBool>`namespace[cardinality(namespace) - ${fromEnd}] = ${label}`];
  });
  return all([isDeepAs(pattern), ...labels]);
}

/** Every one of the conditions. */
export function all(conditions: RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  if (conditions.length === 0) return sql<SqlBool>`true`;
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}

function isDeepAs(pattern: Namespace): RawBuilder<SqlBool> {
  return sql<SqlBool>`cardinality(namespace) >= ${sql.lit(pattern.length)}`;
}
