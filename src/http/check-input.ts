import type { z } from 'zod';
import { CallerError } from '../errors.ts';

/** Input of any kind, held against its schema. Throws a `CallerError` that lists all that is wrong. */
export function checkInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const checked = schema.safeParse(input);
  if (checked.success) return checked.data;
  throw invalidInput(checked.error);
}

export function invalidInput(error: z.ZodError): CallerError {
  const issues = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  return new CallerError('invalid-request', 'The request is not valid.', { issues });
}
