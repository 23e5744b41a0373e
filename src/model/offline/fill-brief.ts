import type { Json, JsonObject } from '../../message.ts';
import type { TransferSpec } from './choose-transfer.ts';
import { questionField } from './find-task.ts';

/** What there is to tell whoever takes over. */
export interface Told {
  question: string;
  findings: string;
  evidence: string;
  /** What the example says to tell. */
  template: JsonObject;
}

const findingsField = /finding|answer|summary|result|draft|text|note/i;
const evidenceField = /evidence|source|basis|sql/i;

/** Fills a transfer's brief by its schema: by what the fields are called, and each that must be there with something. */
export function fillBrief({ parameters }: TransferSpec, told: Told): JsonObject {
  const properties = (parameters.properties ?? {}) as Record<string, JsonObject>; // a JSON Schema of type object
  const required = new Set(Array.isArray(parameters.required) ? parameters.required : []);
  const filled = Object.entries(properties).map(([field, { type }]): [string, Json | undefined] => [
    field,
    valueFor(field, type, told) ?? (required.has(field) ? anyValue(type, told) : undefined),
  ]);
  return Object.fromEntries(filled.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function valueFor(field: string, type: Json | undefined, told: Told): Json | undefined {
  if (type === 'string' && questionField.test(field)) return told.question || undefined;
  if (told.template[field] !== undefined) return told.template[field];
  if (type !== 'string') return undefined;
  if (findingsField.test(field)) return told.findings || undefined;
  return evidenceField.test(field) ? told.evidence || undefined : undefined;
}

function anyValue(type: Json | undefined, { question, findings }: Told): Json {
  if (type === 'number' || type === 'integer') return Number(/\d+/.exec(question)?.[0] ?? 0);
  if (type === 'boolean') return false;
  return question || findings || 'The conversation goes on.';
}
