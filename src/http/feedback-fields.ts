import { z } from '@hono/zod-openapi';
import { longestComment } from '../eval/feedback/clean-comment.ts';
import { thumb } from '../eval/feedback/give-feedback.ts';

export const feedbackId = z.guid('expected a UUID').toLowerCase();
const uuid = z.guid('expected a UUID').toLowerCase();
const name = z.string().min(1).max(200);
const moment = z.iso
  .datetime({ offset: true, error: 'expected a time such as 2026-01-31T12:00:00Z' })
  .transform((text) => new Date(text))
  .openapi({ type: 'string', format: 'date-time' });

const thumbs = z.enum(['up', 'down'], 'expected up or down');
const number = z
  .number('expected up, down or a number')
  .min(-1_000_000, 'expected a number from -1000000 to 1000000')
  .max(1_000_000, 'expected a number from -1000000 to 1000000');
const score = z.union([thumbs, number], 'expected up, down or a number');
const key = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'expected small letters, digits, hyphens and underscores');
const comment = z.string().max(longestComment, `expected ${longestComment} characters at most`);

export const giveSchema = z
  .strictObject({
    run_id: uuid.optional().describe('The run of the turn.'),
    thread_id: uuid.optional(),
    message_id: name
      .optional()
      .describe('With `thread_id`, instead of `run_id`: a message that an agent said.'),
    score: score.describe('`up` or `down`, or with `key` a number.'),
    key: key.optional().describe('What is judged, of a number, such as `accuracy`.'),
    comment: comment.optional().describe('Kept without what looks like a credential.'),
    agent: name.optional().describe('Who is meant; absent: who said the message, or who answered.'),
  })
  .superRefine(({ run_id, thread_id, message_id, score: given, key: of }, context) => {
    const byMessage = thread_id !== undefined && message_id !== undefined;
    const either = thread_id === undefined && message_id === undefined;
    if (run_id === undefined ? !byMessage : !either)
      context.addIssue({
        code: 'custom',
        path: ['run_id'],
        message: 'expected run_id, or thread_id and message_id',
      });
    if (typeof given === 'number' && (of === undefined || of === thumb))
      context.addIssue({
        code: 'custom',
        path: ['key'],
        message: `expected a key for the number, other than ${thumb}`,
      });
    if (typeof given === 'string' && of !== undefined)
      context.addIssue({ code: 'custom', path: ['key'], message: 'up and down have no key' });
  })
  .openapi('FeedbackRequest');

export const changeSchema = z
  .strictObject({ score: score.optional(), comment: comment.nullable().optional() })
  .refine(
    ({ score: given, comment: said }) => given !== undefined || said !== undefined,
    'expected score or comment',
  )
  .openapi('FeedbackChange');

export const feedbackQuerySchema = z.strictObject({
  graph: name.optional(),
  version: name.optional(),
  agent: name.optional(),
  key: key.optional(),
  score: thumbs.optional().describe('Thumbs of this direction alone.'),
  run_id: uuid.optional(),
  thread_id: uuid.optional(),
  since: moment.optional().describe('The first moment, included.'),
  until: moment.optional().describe('The last moment, not included.'),
});

export const pageQuerySchema = z.object({
  limit: z.coerce
    .number('expected a whole number')
    .int('expected a whole number')
    .min(1)
    .max(200)
    .default(50),
  after: feedbackId.optional().describe('The `next` of the page before.'),
});

export const feedbackSchema = z
  .object({
    id: z.uuid(),
    run_id: z.uuid(),
    thread_id: z.uuid(),
    message_id: z.string().nullable(),
    graph: z.string(),
    version: z.string().describe('Of the graph that the turn ran on.'),
    agent: z.string().nullable().describe('Who is meant; null where nobody spoke.'),
    key: z.string().describe('`thumb`, or what the number is of.'),
    score: z.union([z.enum(['up', 'down']), z.number()]),
    comment: z.string().nullable(),
    given_by: z.string().describe('The id of a key or a user.'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Feedback');

export const feedbackSumSchema = z
  .object({
    graph: z.string(),
    version: z.string(),
    agent: z.string(),
    key: z.string(),
    count: z.int(),
    mean: z.number(),
    up: z.int().nullable().describe('Of thumbs.'),
    share: z
      .object({ value: z.number(), low: z.number(), high: z.number() })
      .nullable()
      .describe('Of thumbs: the share that is up, from 0 to 1, and its interval of 95 %.'),
    first_at: z.iso.datetime(),
    last_at: z.iso.datetime(),
  })
  .openapi('FeedbackSum');

/** A score as it is kept: 1 for up, -1 for down. */
export function readScore(given: 'up' | 'down' | number): number {
  return typeof given === 'number' ? given : given === 'up' ? 1 : -1;
}
