import { errorMessage, ToolError } from '../errors.ts';

/** Errors of these SQLSTATE classes come from the statement: the model can write a better one. */
const ofStatement = /^(0A|21|22|2F|42|44|53400|54|57014)/;
/** Class 42 is about names and types as they stand in the statement, so its quotes hold nothing of the data. */
const withoutData = /^42/;

/**
 * What the model reads of a database error; an error that is not about its statement comes back as it is.
 * Other messages than those about names can quote values of rows: what stands in quotes is left out.
 */
export function toToolError(error: unknown, tooLong: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === '57014') return new ToolError(tooLong);
  if (!ofStatement.test(code)) return error;
  const message = errorMessage(error);
  const text = withoutData.test(code) ? message : message.replace(/(["'])[\s\S]*\1/, '$1…$1');
  return new ToolError(`The query failed: ${text} (${code}).`, { cause: error });
}
