import * as fc from 'fast-check';
import { hostileValues } from './hostile-values.ts';
import type { JsonSchema } from './operations.ts';

export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...hostileValues) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

/** What is known to be there, by the name of the field that would hold it. */
export type Known = (field: string) => readonly unknown[];

/** Values that mostly fit a schema: at each place one in about fifteen does not, fields are left out, and others come along. */
export function arbitraryOf(schema: JsonSchema, known: Known, field = '', depth = 0): fc.Arbitrary<unknown> {
  const there = known(field);
  const fits = fitting(schema, known, field, depth);
  return fc.oneof(
    { weight: 14, arbitrary: fits },
    { weight: there.length > 0 ? 20 : 0, arbitrary: fc.constantFrom(...there, null) },
    { weight: 1, arbitrary: hostile },
  );
}

function fitting(schema: JsonSchema, known: Known, field: string, depth: number): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices) return fc.oneof(...choices.map((choice) => arbitraryOf(choice, known, field, depth + 1)));
  const types = [schema.type ?? guessed(schema)].flat();
  return fc.oneof(...types.map((type) => ofType(type, schema, known, field, depth)));
}

function guessed(schema: JsonSchema): string {
  if (schema.properties) return 'object';
  return schema.items ? 'array' : 'anything';
}

function ofType(
  type: string,
  schema: JsonSchema,
  known: Known,
  field: string,
  depth: number,
): fc.Arbitrary<unknown> {
  if (depth > 12) return fc.constant(null);
  switch (type) {
    case 'object':
      return object(schema, known, depth);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, known, field, depth + 1), {
        maxLength: Math.min(schema.maxItems ?? 3, 3),
      });
    case 'integer':
    case 'number':
      return number(schema, type);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return text(schema);
    case 'null':
      return fc.constant(null);
    default:
      return hostile;
  }
}

function object(schema: JsonSchema, known: Known, depth: number): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties: more } = schema;
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, part]) => [name, arbitraryOf(part, known, name, depth + 1)]),
  );
  const own = fc.oneof(
    { weight: 9, arbitrary: fc.record(fields, { requiredKeys: required }) },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
  );
  const others = typeof more === 'object' ? arbitraryOf(more, known, '', depth + 1) : hostile;
  const extra = fc.dictionary(fc.oneof(fc.string({ maxLength: 12 }), oddKeys), others, {
    maxKeys: 2,
    noNullPrototype: true,
  });
  const often = more === undefined || more === false ? 1 : 5;
  return fc.oneof(
    { weight: 8, arbitrary: own },
    { weight: often, arbitrary: fc.tuple(own, extra).map(([left, right]) => ({ ...left, ...right })) },
  );
}

const oddKeys = fc.constantFrom(
  'constructor',
  'toString',
  'prototype',
  'tenant_id',
  'role',
  'owner',
  '$ne',
  '',
);

function number({ minimum = -1_000, maximum = 1_000_000 }: JsonSchema, type: string): fc.Arbitrary<number> {
  const edges = fc.constantFrom(minimum, maximum, minimum - 1, maximum + 1);
  const inside =
    type === 'integer'
      ? fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) })
      : fc.double({ min: minimum, max: maximum, noNaN: true });
  return fc.oneof({ weight: 5, arbitrary: inside }, { weight: 1, arbitrary: edges });
}

function text({ format, minLength = 0, maxLength = 60 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'date') return fc.constantFrom('2026-11-21', '1900-01-01', '9999-12-31');
  const length = {
    minLength: Math.min(minLength, 2_000),
    maxLength: Math.max(minLength, Math.min(maxLength, 60)),
  };
  return fc.oneof(fc.string(length), fc.string({ ...length, unit: 'grapheme' }));
}
