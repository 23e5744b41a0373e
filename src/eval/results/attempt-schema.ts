import { z } from 'zod';
import type { Attempt } from '../suite-run.ts';
import type { TurnTranscript } from '../transcript.ts';

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
  user: z.string(),
  path: z.array(z.string()),
  hops: z.array(
    z.object({ from: z.string(), to: z.string(), brief: object, refused: z.string().exactOptional() }),
  ),
  calls: z.array(
    z.object({
      agent: z.string(),
      name: z.string(),
      args: object,
      result: z.string(),
      failed: z.boolean(),
      milliseconds: amount,
    }),
  ),
  answer: z.string(),
  metadata: object,
  passages: z.array(z.object({ id: z.string(), document: z.string(), text: z.string() })),
  repairs: z.partialRecord(repairSchema, count),
  guards: z.array(
    z.object({
      agent: z.string(),
      place: z.string(),
      guard: z.string(),
      blocked: z.boolean(),
      why: z.string(),
    }),
  ),
  waits: z.array(z.json()),
  error: z.object({ error: z.string(), message: z.string() }).exactOptional(),
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

const scoreSchema = z.object({
  scorer: z.string().min(1).max(200),
  value: z.number().min(0).max(1).nullable(),
  passed: z.boolean(),
  why: z.string().exactOptional(),
  details: z.json().exactOptional(),
});

/** An attempt at a case as a report has it, without what is for scorers alone. */
export const attemptSchema = z.object({
  repeat: count.max(100_000),
  outcome: z.enum(['passed', 'failed', 'errored', 'stale']),
  scores: z.array(z.array(scoreSchema)),
  transcript: z.object({ turns: z.array(turnSchema) }),
  error: z.string().exactOptional(),
}) satisfies z.ZodType<Attempt>;
