import { z } from 'zod';
import { inputSchema } from './read-input.ts';

const oneAgent = 'expected the name of one agent: agents take turns, and take no input of their own';

const gotoSchema = z.union(
  [
    z.string().min(1),
    z
      .array(z.string().min(1))
      .max(1)
      .transform(([agent]) => agent),
  ],
  oneAgent,
);

/** LangGraph's clients send what is to be changed as an object, or as pairs of a key and its value. */
const updateSchema = z.preprocess((given) => {
  const fields = isPairs(given) ? Object.fromEntries(given) : given;
  return typeof fields === 'object' && fields !== null && Object.keys(fields).length === 0
    ? undefined
    : fields;
}, inputSchema.optional());

/** What a request for a run says beside an input: an answer, messages to add, who speaks next. */
export const commandSchema = z.strictObject({
  resume: z.unknown().optional().describe('The answer to what the thread waits for, or answers by id.'),
  goto: gotoSchema.nullish().describe('The agent that speaks next.'),
  update: updateSchema.nullish().describe('{ messages } to add.'),
});

function isPairs(given: unknown): given is [string, unknown][] {
  return (
    Array.isArray(given) &&
    given.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string')
  );
}
