import type { Json, JsonObject } from '../../message.ts';

const placeholder = /\{(\w+)\}/g;
const statement = /^\s*(select|with)\b/i;

/** Thrown where a template cannot be filled. The message says why, in words to show. */
export class UnfilledTemplate extends Error {
  override name = 'UnfilledTemplate';
}

/** The slots that a template has outside quotation marks in SQL: what stands there must be a number. */
export function numericSlots(template: Json): Set<string> {
  if (typeof template === 'string') return statement.test(template) ? unquotedSlots(template) : new Set();
  if (template === null || typeof template !== 'object') return new Set();
  return new Set(Object.values(template).flatMap((inner) => [...numericSlots(inner)]));
}

/**
 * Fills `{slot}` in every string of a template. A string that is one slot alone becomes a number where the tool's
 * schema asks for one. In SQL, quotation marks in a value are doubled, and outside of them it must be a number.
 * Throws an `UnfilledTemplate`.
 */
export function fillTemplate(template: JsonObject, values: JsonObject, schema: JsonObject = {}): JsonObject {
  const properties = (schema.properties ?? {}) as Record<string, JsonObject>; // a JSON Schema of type object
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, fillValue(value, values, properties[key]?.type)]),
  );
}

/** Fills a sentence to say. Nothing where a value is absent or null: then there is nothing to say. */
export function fillSentence(template: string, values: JsonObject): string | undefined {
  const names = [...template.matchAll(placeholder)].map(([, name = '']) => name);
  if (names.some((name) => values[name] === undefined || values[name] === null)) return undefined;
  return template.replaceAll(placeholder, (_, name: string) => toText(values[name] ?? null));
}

function fillValue(template: Json, values: JsonObject, type: Json | undefined): Json {
  if (Array.isArray(template)) return template.map((inner) => fillValue(inner, values, undefined));
  if (template !== null && typeof template === 'object') return fillTemplate(template, values);
  if (typeof template !== 'string') return template;
  const whole = /^\{(\w+)\}$/.exec(template)?.[1];
  if (whole && (type === 'number' || type === 'integer'))
    return Number(toNumberText(filledSlot(whole, values), whole));
  return statement.test(template) ? fillSql(template, values) : fillText(template, values);
}

function fillText(template: string, values: JsonObject): string {
  return template.replaceAll(placeholder, (_, name: string) => toText(filledSlot(name, values)));
}

function fillSql(template: string, values: JsonObject): string {
  return template.replaceAll(placeholder, (_, name: string, at: number) => {
    const value = filledSlot(name, values);
    return isQuoted(template, at) ? toText(value).replaceAll("'", "''") : toNumberText(value, name);
  });
}

function unquotedSlots(template: string): Set<string> {
  const matches = [...template.matchAll(placeholder)].filter(({ index }) => !isQuoted(template, index));
  return new Set(matches.map(([, name = '']) => name));
}

/** Whether a place is inside a string of SQL. A doubled mark inside a string leaves and enters it again. */
function isQuoted(template: string, at: number): boolean {
  return (template.slice(0, at).match(/'/g)?.length ?? 0) % 2 === 1;
}

function filledSlot(name: string, values: JsonObject): Json {
  const value = values[name];
  if (value === undefined || value === null) throw new UnfilledTemplate(`there is no value for ${name}`);
  return value;
}

function toNumberText(value: Json, name: string): string {
  const text = toText(value);
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new UnfilledTemplate(`${name} must be a number, and is not`);
  return text;
}

export function toText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
