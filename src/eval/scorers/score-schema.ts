import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { JsonObject } from '../../message.ts';
import type { Score, Seen } from '../score.ts';
import { statedIn } from './stated-in.ts';

/** Scores whether the answer is JSON, by itself or in a block of code, and fits a JSON Schema (draft 2020-12). Throws for what is no schema. */
export async function scoreSchema(schema: JsonObject, { turn }: Seen): Promise<Score[]> {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const fits = ajv.compile(schema);
  const found = readJson(turn.answer);
  if (!found) return [failed('The answer is no JSON.')];
  if (fits(found.value)) return [{ scorer: 'schema', value: 1, passed: true }];
  return [failed(`The answer does not fit: ${ajv.errorsText(fits.errors, { dataVar: 'answer' })}.`)];
}

function failed(why: string): Score {
  return { scorer: 'schema', value: 0, passed: false, why };
}

const fence = /^[ \t]*(`{3,})(?:json)?[ \t]*\n([\s\S]*?)^[ \t]*\1/gim;

/** The answer read as JSON: all of it, or without what follows `Evidence:`, or the first block of code that is JSON. */
function readJson(answer: string): { value: unknown } | undefined {
  const blocks = [...answer.matchAll(fence)].map(([, , inside = '']) => inside);
  return [answer, statedIn(answer), ...blocks].map(parse).find((read) => read !== undefined);
}

/** Undefined for what is no JSON: an answer may have texts that are none beside the one that is, and where none is the score tells. */
function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
