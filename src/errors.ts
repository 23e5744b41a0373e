/**
 * The three fates of an error.
 *
 * The caller's: a `CallerError`, answered with its status by the door. The model's: a `ToolError`, whose
 * message the model reads as the call's result. Ours: every other error, logged once and shown to nobody.
 */

/** What can be wrong with a request; the door maps each to a status. */
export type CallerErrorCode =
  | 'invalid-request'
  | 'unauthenticated'
  | 'payment-required'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'unprocessable'
  | 'too-many-requests'
  | 'unavailable';

/** One thing wrong at one place of the input; `path` is dotted (`messages.0.content`) and may be empty. */
export interface Issue {
  path: string;
  message: string;
}

export class CallerError extends Error {
  override name = 'CallerError';
  readonly code: CallerErrorCode;
  readonly issues: Issue[];
  /** When to try again, in seconds. */
  readonly retryAfter: number | undefined;
  /** The names of limits that were exceeded. */
  readonly limits: string[];

  constructor(
    code: CallerErrorCode,
    message: string,
    options: { issues?: Issue[]; cause?: unknown; retryAfter?: number; limits?: string[] } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.issues = options.issues ?? [];
    this.retryAfter = options.retryAfter;
    this.limits = options.limits ?? [];
  }
}

/** A call that failed for a reason the model can act on: bad arguments, refused SQL, nothing found. */
export class ToolError extends Error {
  override name = 'ToolError';
}

/** Everything that is wrong with the environment, at once. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** What keeps the program from starting and whoever starts it can mend: its message says how. */
export class StartError extends Error {
  override name = 'StartError';
}

/** The text of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
