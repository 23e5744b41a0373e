import type { Known } from './arbitrary-of.ts';
import type { JsonSchema } from './operations.ts';

/** A place in a body that takes a text, and the least body that has it. */
export interface StringPlace {
  /** Dotted; `*` is an item of a list, and `{key}` a name that the caller chooses. */
  path: string;
  put(text: string): unknown;
}

const deepest = 9;

/** Every place of a schema that takes a text. */
export function stringPlaces(schema: JsonSchema, known: Known): StringPlace[] {
  return placesIn(schema, known, '', '', 0);
}

function placesIn(
  schema: JsonSchema,
  known: Known,
  path: string,
  field: string,
  depth: number,
): StringPlace[] {
  if (depth > deepest || schema.const !== undefined || schema.enum) return [];
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices) return choices.flatMap((choice) => placesIn(choice, known, path, field, depth + 1));
  const types = [schema.type ?? 'anything'].flat();
  const here: StringPlace[] = types.some((type) => type === 'string' || type === 'anything')
    ? [{ path, put: (text) => text }]
    : [];
  const inItems = schema.items ? placesIn(schema.items, known, `${path}.*`, field, depth + 1) : [];
  return [
    ...here,
    ...inItems.map(({ path, put }) => ({ path, put: (text: string) => [put(text)] })),
    ...inFields(schema, known, path, depth),
  ];
}

function inFields(schema: JsonSchema, known: Known, path: string, depth: number): StringPlace[] {
  const { properties = {}, additionalProperties: more } = schema;
  if (!schema.properties && more === undefined) return [];
  const rest = leastOf(schema, known, '') as object; // it has properties
  const named = Object.entries(properties).flatMap(([name, part]) =>
    placesIn(part, known, `${path}.${name}`, name, depth + 1).map((place) => ({
      path: place.path,
      put: (text: string) => ({ ...rest, [name]: place.put(text) }),
    })),
  );
  if (more === undefined || more === false) return named;
  return [
    ...named,
    { path: `${path}.{key}`, put: (text) => withOwn(rest, text, 1) },
    { path: `${path}.{value}`, put: (text) => ({ ...rest, a: { b: [text] } }) },
  ];
}

/** Also where the name is `__proto__`. */
function withOwn(rest: object, name: string, value: unknown): object {
  return JSON.parse(
    `{${JSON.stringify(name)}:${JSON.stringify(value)},${JSON.stringify(rest).slice(1)}`.replace(/,\}$/, '}'),
  );
}

/** The least value that fits, with what is known where something has to be there. */
export function leastOf(schema: JsonSchema, known: Known, field: string): unknown {
  const [there] = known(field);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (there !== undefined && !schema.properties && !schema.items) return there;
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices?.[0]) return leastOf(choices[0], known, field);
  const [type] = [schema.type ?? (schema.properties ? 'object' : 'string')].flat();
  if (type === 'object') {
    const { properties = {}, required = [] } = schema;
    return Object.fromEntries(required.map((name) => [name, leastOf(properties[name] ?? {}, known, name)]));
  }
  if (type === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => leastOf(schema.items ?? {}, known, field));
  if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1);
  if (type === 'boolean') return false;
  return 'x'.repeat(Math.max(schema.minLength ?? 1, 1));
}
