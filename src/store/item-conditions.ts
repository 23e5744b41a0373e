import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Namespace } from './item.ts';

/** Of a row of `baton.store_item`: its time is not over. The database's clock decides. */
export const isLive: RawBuilder<SqlBool> = sql<SqlBool>`(expires_at is null or expires_at > now())`;

/** The item of a namespace and a key. */
export function isItem(namespace: Namespace, key: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`(place = ${placeOf(namespace)} and key = ${key})`;
}

/** Namespaces that begin with these labels, as one range of the index: bytes are compared, and "/" follows ".". */
export function isUnder(prefix: Namespace): RawBuilder<SqlBool> {
  if (prefix.length === 0) return sql<SqlBool>`true`;
  return sql<SqlBool>`(place >= ${placeOf(prefix)} and place < ${`${prefix.join('.')}/`})`;
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

/** As the database's `place_of`: no label has a dot in it. */
function placeOf(namespace: Namespace): string {
  return `${namespace.join('.')}.`;
}
