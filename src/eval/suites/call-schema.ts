import { z } from 'zod';
import { text, values, whole } from './kinds.ts';

const one = 'expected a tool or { tool: { argument: value } }';

/** A tool, or one key that is a tool, with its arguments, and perhaps `by`. */
export type WrittenCall =
  | string
  | { by?: string | undefined; [tool: string]: Arguments | string | undefined };
type Arguments = z.infer<typeof values> | null;

/**
 * A call as people write it: `run_sql` (with whatever arguments), `{ run_sql: { limit: 5 } }`, or with the agent that makes it
 * `{ run_sql: { limit: 5 }, by: sql }`. An argument is the value that is right, `{ anyOf: [values] }` or `{ anything: true }`; those that are
 * not named are free.
 */
export const callSchema: z.ZodType<WrittenCall, WrittenCall> = z.union(
  [
    z
      .object({ by: text.optional().describe('The agent that makes it.') })
      .catchall(z.union([values, z.null()], 'expected a map of arguments'))
      .superRefine((call, context) => {
        const tools = Object.keys(call).filter((key) => key !== 'by');
        if (tools.length !== 1) context.addIssue({ code: 'custom', message: one });
      })
      .superRefine(checkArguments),
    text,
  ],
  one,
);

const nothing = 'an empty list says nothing: write { exactly: [] } for no calls at all';

export const callsSchema = z.union(
  [
    z.array(callSchema).min(1, nothing),
    z
      .strictObject({
        exactly: z.array(callSchema).optional().describe('These calls and no others; empty: none at all.'),
        contains: z.array(callSchema).min(1, nothing).optional().describe('These calls among others.'),
        within: z.array(callSchema).min(1, nothing).optional().describe('No other calls than these.'),
        ordered: z.boolean().default(false).describe('Whether they come in this order.'),
      })
      .refine(
        ({ exactly, contains, within }) =>
          [exactly, contains, within].filter((calls) => calls !== undefined).length === 1,
        whole('expected one of exactly, contains, within'),
      ),
  ],
  'expected a list of calls or { exactly: [calls] }, { contains: [calls] }, { within: [calls] }',
);

export type CheckedCalls = z.output<typeof callsSchema>;

/** Values that are right, of which there are none where anything is. */
const anyOf = z.strictObject({ anyOf: z.array(z.json()).min(1, 'expected at least one value') });
const anything = z.strictObject({ anything: z.literal(true, 'expected true') });

function checkArguments(call: object, context: z.RefinementCtx): void {
  for (const [tool, args] of Object.entries(call)) {
    if (typeof args !== 'object' || args === null) continue;
    for (const [name, value] of Object.entries(args)) {
      const meant = meaning(value);
      const result = meant?.safeParse(value);
      for (const issue of result?.error?.issues ?? [])
        context.addIssue({ code: 'custom', path: [tool, name, ...issue.path], message: issue.message });
    }
  }
}

/** What a map is that has one of these names alone; any other is a value. */
function meaning(value: unknown): z.ZodType | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [key, ...more] = Object.keys(value);
  if (more.length > 0) return undefined;
  return { anyOf, anything }[key ?? ''];
}
