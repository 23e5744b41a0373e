import type { Json, JsonObject } from '../message.ts';
import { refused } from './check-name.ts';

/** A text to be found by, and the field that it is from. */
export interface FieldText {
  field: string;
  text: string;
}

/** `texts` is an item's, and `characters` a text's: more would not fit into the request to an embedding model. */
const limits = { fields: 32, fieldCharacters: 200, texts: 64, characters: 8_000 };

/** The field that stands for all of a value. */
const whole = '$';

/**
 * Which fields are embedded, checked: undefined for the whole value. Throws a `CallerError` for a path that cannot
 * be read, or for too many.
 */
export function checkFields(index: false | string[] | null | undefined): string[] | undefined {
  if (index === false) return [];
  if (!index) return undefined;
  if (index.length > limits.fields) throw refused('index', `has more than ${limits.fields} fields`);
  for (const [at, field] of index.entries()) {
    if (!isPath(field)) throw refused(`index.${at}`, 'expected a path such as a.b, a[0] or a[*].b');
  }
  return [...new Set(index)];
}

/**
 * The texts that an item is found by: of each field one, or one for each item of an array where the path has `[*]`.
 * A field that is an object or an array gives the texts inside it, in order; numbers and booleans are texts too.
 * Of each text the first 8,000 characters. Throws a `CallerError` when there are more than 64.
 */
export function textsOf(value: JsonObject, fields: string[] = [whole]): FieldText[] {
  const texts = fields.flatMap((field) =>
    valuesAt(value, stepsOf(field), '').flatMap(({ field, value }) => {
      const text = wordsIn(value).join('\n').trim();
      return text ? [{ field: field || whole, text: text.slice(0, limits.characters).toWellFormed() }] : [];
    }),
  );
  if (texts.length > limits.texts) {
    throw refused('index', `leads to more than ${limits.texts} texts in this value`);
  }
  return [...new Map(texts.map((text) => [text.field, text])).values()];
}

type Step = { key: string } | { at: number } | 'each';

function isPath(field: string): boolean {
  if (field.length > limits.fieldCharacters || field.includes('\0') || !field.isWellFormed()) return false;
  return /^[^.[\]]+(\[(\*|-?\d+)\])*(\.[^.[\]]+(\[(\*|-?\d+)\])*)*$/u.test(field);
}

function stepsOf(field: string): Step[] {
  if (field === whole) return [];
  return field.split('.').flatMap((part) => {
    const [key = '', ...places] = part.split('[');
    return [{ key }, ...places.map((place) => toStep(place.slice(0, -1)))];
  });
}

function toStep(place: string): Step {
  return place === '*' ? 'each' : { at: Number(place) };
}

function valuesAt(value: Json | undefined, steps: Step[], field: string): { field: string; value: Json }[] {
  if (value === undefined) return [];
  const [step, ...rest] = steps;
  if (!step) return [{ field, value }];
  if (typeof value !== 'object' || value === null) return [];
  if (step === 'each') {
    const items = Array.isArray(value) ? value : [];
    return items.flatMap((item, at) => valuesAt(item, rest, `${field}[${at}]`));
  }
  if ('at' in step) {
    return Array.isArray(value) ? valuesAt(value.at(step.at), rest, `${field}[${step.at}]`) : [];
  }
  if (Array.isArray(value) || !Object.hasOwn(value, step.key)) return [];
  return valuesAt(value[step.key], rest, field ? `${field}.${step.key}` : step.key);
}

function wordsIn(value: Json): string[] {
  if (value === null) return [];
  if (typeof value !== 'object') return [String(value)];
  return Object.values(value).flatMap(wordsIn);
}
