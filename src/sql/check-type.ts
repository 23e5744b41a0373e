import { didYouMean, refuse } from './refuse.ts';
import type { SqlPolicy } from './sql-policy.ts';
import { constantOf, type Fields, listOf, namesOf } from './syntax-tree.ts';

/** Plain values. Not the `reg…` types, which look names up in the catalog, nor rows and system types. */
const plain = new Set(
  `bool int2 int4 int8 smallint integer bigint numeric decimal float4 float8 real text varchar bpchar
  date time timetz timestamp timestamptz interval uuid json jsonb tsvector tsquery money
  int4range int8range numrange daterange tsrange tstzrange`.split(/\s+/),
);

/** Types that fill a value up to their length. */
const padded = new Set(['bpchar']);
const longestPadding = 1_000;

/** Refuses a type name that is not a plain value type or one that the policy adds. */
export function checkType(typeName: Fields, policy: SqlPolicy): void {
  const path = namesOf(typeName.names);
  const name = path.at(-1) ?? '';
  if (typeName.setof || typeName.pct_type || listOf(typeName.arrayBounds).length > 2) {
    refuse('type', `The type ${path.join('.')} is not allowed in this form.`);
  }
  if (!isAllowed(path, policy)) {
    const known = [...plain, ...(policy.types ?? [])];
    refuse('type', `The type ${path.join('.')} is not allowed.${didYouMean(name, known)}`);
  }
  if (
    padded.has(name) &&
    listOf(typeName.typmods).some((length) => Number(constantOf(length)) > longestPadding)
  ) {
    refuse('size', `Use text, or a length of at most ${longestPadding}, instead of a longer char(n).`);
  }
}

function isAllowed(path: (string | undefined)[], policy: SqlPolicy): boolean {
  const name = path.at(-1) ?? '';
  const schema = path.length === 2 ? path[0] : undefined;
  if (path.length > 2) return false;
  if (policy.types?.includes(name)) return schema === undefined || schema === policy.schema;
  return plain.has(name) && (schema === undefined || schema === 'pg_catalog');
}
