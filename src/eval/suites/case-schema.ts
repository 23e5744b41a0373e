import { z } from 'zod';
import { expectationSchema } from './expectation-schema.ts';
import { text, values, whole } from './kinds.ts';
import { messageSchema } from './message-schema.ts';

const turnSchema = z
  .strictObject({
    ask: text.optional().describe('What the user says.'),
    resume: z.json().optional().describe('The answer to what the thread waits for.'),
    expect: expectationSchema.optional().describe('What has to come of this turn.'),
  })
  .refine(
    ({ ask, resume }) => (ask === undefined) !== (resume === undefined),
    whole('a turn has either ask or resume'),
  );

export const tagSchema = text.regex(/^[^,;*]+$/, 'expected a tag without commas, semicolons and stars');

/** A case as people write it, in a suite or in a file of cases. */
export const caseSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w.-]+$/, 'expected letters, digits, dots, underscores and hyphens')
      .max(100, 'expected at most 100 characters')
      .optional()
      .describe('Unique in the suite; absent: made of the question.'),
    ask: text.optional().describe('What the user says, in a case of one turn.'),
    messages: z
      .array(messageSchema)
      .min(1, 'expected at least one message')
      .optional()
      .describe(
        'Earlier messages of the thread; without ask and turns the last one, of the user, is what is asked.',
      ),
    turns: z
      .array(turnSchema)
      .min(1, 'expected at least one turn')
      .optional()
      .describe('What the user does, in order, in a case of several turns.'),
    expect: expectationSchema
      .optional()
      .describe(
        'What has to come of the last turn, whose own `expect` goes before; its `not` and `safe` hold in every turn.',
      ),
    tags: z.array(tagSchema).optional().describe('Beside those of the suite.'),
    gate: z
      .boolean()
      .optional()
      .describe('Whether one failure fails the suite, whatever the statistics say.'),
    graph: text.optional().describe("Another graph than the suite's."),
    configurable: values.optional().describe('What the caller sets for the run.'),
  })
  .refine(({ ask, turns }) => ask === undefined || turns === undefined, whole('write ask or turns, not both'))
  .refine(
    ({ ask, turns, messages }) => ask !== undefined || turns !== undefined || messages !== undefined,
    whole('nothing is asked: write ask, turns or messages'),
  )
  .refine(
    ({ turns }) => turns?.[0]?.resume === undefined,
    whole('nothing waits for an answer before the first turn: write ask', ['turns', 0, 'resume']),
  );

export type WrittenCase = z.input<typeof caseSchema>;
export type CheckedCase = z.output<typeof caseSchema>;
