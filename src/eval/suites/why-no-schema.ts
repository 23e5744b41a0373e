import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../message.ts';
import { whyNoPattern } from './why-no-pattern.ts';

/** Why a map cannot be used as a JSON Schema of draft 2020-12; undefined where it can. Keywords that are none are mistakes. */
export function whyNoSchema(schema: JsonObject): string | undefined {
  if (Object.keys(schema).length === 0) return 'the JSON Schema is empty: it says nothing';
  try {
    ajv.compile(schema);
  } catch (error) {
    return `this is no JSON Schema (draft 2020-12): ${error instanceof Error ? error.message : String(error)}`;
  }
  ajv.removeSchema(schema); // another case may have one with the same $id
  return patternsOf(schema).map(whyNoPattern).find(Boolean);
}

const ajv = new Ajv2020({ strictTypes: false, strictTuples: false, strictRequired: false });
addFormats.default(ajv);

function patternsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === 'pattern' && typeof value === 'string') return [value];
    const names = key === 'patternProperties' && typeof value === 'object' ? Object.keys(value ?? {}) : [];
    return [...names, ...patternsOf(value)];
  });
}
