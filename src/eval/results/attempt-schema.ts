import { z } from 'zod';
import type { Attempt } from '../suite-run.ts';
import type { TurnTranscript } from '../transcript.ts';
import { list, name, text } from './bounded.ts';

const count = z.int().min(0);
const amount = z.number().min(0);
const object = z.record(z.string(), z.json());

const usageSchema = z.object({
  input_tokens: amount,
  output_tokens: amount,
  total_tokens: amount,
  input_token_details: z
    .object({
      cache_read: amount.exactOptional(),
      cache_creation: amount.exactOptional(),
      audio: amount.exactOptional(),
    })
    .exactOptional(),
  output_token_details: z
    .object({ reasoning: amount.exactOptional(), audio: amount.exactOptional() })
    .exactOptional(),
  estimated: z.boolean().exactOptional(),
});

const repairSchema = z.enum(['loop', 'limit', 'promise', 'empty', 'brief', 'citation']);

const turnSchema = z.object({
  user: text,
  path: list(name, 1_000),
  hops: list(z.object({ from: name, to: name, brief: object, refused: text.exactOptional() }), 1_000),
  calls: list(
    z.object({
      agent: name,
      name,
      args: object,
      result: text,
      failed: z.boolean(),
      milliseconds: amount,
    }),
    1_000,
  ),
  answer: text,
  said: list(text, 1_000).exactOptional(),
  metadata: object,
  passages: list(z.object({ id: name, document: name, text }), 2_000),
  repairs: z.partialRecord(repairSchema, count),
  guards: list(z.object({ agent: name, place: name, guard: name, blocked: z.boolean(), why: text }), 1_000),
  waits: list(z.json(), 100),
  error: z.object({ error: name, message: text }).exactOptional(),
  measures: z.object({
    milliseconds: amount.nullable(),
    firstTokenMs: amount.nullable(),
    tokens: amount,
    usage: usageSchema,
    dollars: amount.nullable(),
    modelCalls: count,
    hops: count,
  }),
}) satisfies z.ZodType<TurnTranscript>;

const mostTurns = 200;
/** Of one run: each is compared by itself. */
export const mostScorers = 100;

const scoreSchema = z.object({
  scorer: z.string().min(1).max(200),
  value: z.number().min(0).max(1).nullable(),
  passed: z.boolean(),
  why: text.exactOptional(),
  details: z.json().exactOptional(),
});

/** An attempt at a case as a report has it, without what is for scorers alone. */
export const attemptSchema = z.object({
  repeat: count.max(100_000),
  outcome: z.enum(['passed', 'failed', 'errored', 'stale']),
  scores: list(list(scoreSchema, mostScorers), mostTurns),
  transcript: z.object({ turns: list(turnSchema, mostTurns) }),
  error: text.exactOptional(),
}) satisfies z.ZodType<Attempt>;
