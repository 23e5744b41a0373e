import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Json, JsonObject } from '../message.ts';
import { refused } from './check-name.ts';
import { checkObject } from './check-value.ts';
import { all } from './item-conditions.ts';

export const mostConditions = 100;
/** Of a path. */
const mostSteps = 30;

/**
 * A filter of LangGraph's as a condition on the value of a row of `baton.store_item`. Every field must hold:
 * `{kind: 'note'}` by equality, `{age: {$gte: 18, $lt: 65}}` by operators.
 *
 * A field is a key of the value, or a path of keys with dots where the value has no such key. Equal is what is the
 * same JSON. `$gt`, `$gte`, `$lt` and `$lte` compare numbers with numbers, and texts with texts by their code
 * points; nothing else is more or less. A field that is not there equals nothing, null neither.
 *
 * Throws a `CallerError` for an operator that is not known, or that stands deeper.
 */
export function filterCondition(filter: JsonObject): RawBuilder<SqlBool> {
  const conditions = Object.entries(checkObject(filter, 'filter')).flatMap(([field, wanted]) =>
    conditionsOf(field, wanted),
  );
  if (conditions.length > mostConditions)
    throw refused('filter', `has more than ${mostConditions} conditions`);
  return all(conditions);
}

type Field = RawBuilder<unknown>;
type Operator = (field: Field, operand: Json, where: string) => RawBuilder<SqlBool>;

const operators = new Map<string, Operator>([
  ['$eq', equals],
  ['$ne', (field, operand) => negated(equals(field, operand))],
  ['$in', isIn],
  ['$nin', (field, operand, where) => negated(isIn(field, operand, where))],
  ['$gt', comparing(sql`>`)],
  ['$gte', comparing(sql`>=`)],
  ['$lt', comparing(sql`<`)],
  ['$lte', comparing(sql`<=`)],
]);

function conditionsOf(field: string, wanted: Json): RawBuilder<SqlBool>[] {
  const at = fieldAt(field);
  const names = operatorsIn(wanted);
  if (!names) return [equals(at, literal(wanted, `filter.${field}`))];
  return names.map(([name, operand]) => {
    const where = `filter.${field}.${name}`;
    const operator = operators.get(name);
    if (!operator) throw refused(where, `is no operator: known are ${[...operators.keys()].join(', ')}`);
    return operator(at, literal(operand, where), where);
  });
}

/** The operators of a condition; undefined where it is a value to be equal to. */
function operatorsIn(wanted: Json): [string, Json][] | undefined {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return undefined;
  const entries = Object.entries(wanted);
  return entries.some(([key]) => key.startsWith('$')) ? entries : undefined;
}

/** A value to compare with. An operator inside it would be taken as data, which nobody means. */
function literal(value: Json, where: string): Json {
  if (typeof value !== 'object' || value === null) return value;
  for (const [key, inner] of Object.entries(value)) {
    if (operators.has(key)) {
      throw refused(
        where,
        `${key} cannot stand here: name the field with dots, as in {"a.b": {"${key}": …}}`,
      );
    }
    literal(inner, where);
  }
  return value;
}

/** The field's JSON, null where there is none. `->` with a text finds keys of objects, and nothing in arrays. */
export function fieldAt(field: string): Field {
  const key = sql`value -> ${field}::text`;
  if (!field.includes('.')) return sql`(${key})`;
  const steps = field.split('.');
  if (steps.length > mostSteps) throw refused('filter', `has a path of more than ${mostSteps} steps`);
  const path = sql.join(
    steps.map((step) => sql`${step}::text`),
    sql` -> `,
  );
  return sql`coalesce(${key}, value -> ${path})`;
}

function equals(field: Field, operand: Json): RawBuilder<SqlBool> {
  return sql<SqlBool>`coalesce(${field} = ${json(operand)}, false)`;
}

function isIn(field: Field, operand: Json, where: string): RawBuilder<SqlBool> {
  if (!Array.isArray(operand)) throw refused(where, 'expected an array');
  return sql<SqlBool>`coalesce(${field} in (select jsonb_array_elements(${json(operand)})), false)`;
}

function comparing(sign: RawBuilder<unknown>): Operator {
  return (field, operand, where) => {
    if (typeof operand === 'number') {
      return sql<SqlBool>`coalesce(jsonb_typeof(${field}) = 'number' and ${field} ${sign} ${json(operand)}, false)`;
    }
    if (typeof operand !== 'string') throw refused(where, 'expected a number or a text');
    const text = sql`(${field} #>> '{}') collate "C"`;
    return sql<SqlBool>`coalesce(jsonb_typeof(${field}) = 'string' and ${text} ${sign} ${operand}, false)`;
  };
}

function negated(condition: RawBuilder<SqlBool>): RawBuilder<SqlBool> {
  return sql<SqlBool>`not ${condition}`;
}

function json(value: Json): RawBuilder<unknown> {
  return sql`${JSON.stringify(value)}::jsonb`;
}
