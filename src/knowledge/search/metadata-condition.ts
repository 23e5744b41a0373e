import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Json, JsonObject } from '../../message.ts';
import { refused } from '../../store/check-name.ts';
import { fieldAt, filterCondition, mostConditions } from '../../store/filter-condition.ts';
import { all } from '../../store/item-conditions.ts';

/**
 * A filter as a condition on a row of `baton.document`: fields of its metadata by equality, or by the operators that `filterCondition`
 * knows; `$exists` says whether a field is there at all.
 *
 * Throws a `CallerError` for an operator that is not known, or that stands deeper, and for more than
 * 100 fields.
 */
export function metadataCondition(filter: JsonObject): RawBuilder<SqlBool> {
  const others: JsonObject = {};
  const existing: RawBuilder<SqlBool>[] = [];
  const fields = Object.entries(filter);
  if (fields.length > mostConditions) throw refused('filter', `has more than ${mostConditions} conditions`);
  for (const [field, wanted] of fields) {
    const { $exists, ...rest } = isObject(wanted) ? wanted : {};
    if ($exists === undefined) others[field] = wanted;
    else {
      existing.push(exists(field, $exists));
      if (Object.keys(rest).length > 0) others[field] = rest;
    }
  }
  const value = sql`(select document.metadata as value) described`;
  return sql<SqlBool>`(select ${all([filterCondition(others), ...existing])} from ${value})`;
}

function exists(field: string, wanted: Json): RawBuilder<SqlBool> {
  if (typeof wanted !== 'boolean') throw refused(`filter.${field}.$exists`, 'expected true or false');
  return wanted ? sql<SqlBool>`${fieldAt(field)} is not null` : sql<SqlBool>`${fieldAt(field)} is null`;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
