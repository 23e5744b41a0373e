import { CallerError } from '../../../errors.ts';

/** What can be wrong with a command, in the protocol's words. */
export type CommandErrorCode =
  | 'invalid_argument'
  | 'unknown_command'
  | 'unknown_error'
  | 'no_such_run'
  | 'no_such_subscription'
  | 'no_such_namespace'
  | 'no_such_interrupt'
  | 'no_such_checkpoint'
  | 'permission_denied'
  | 'not_supported';

/** A command that cannot be carried out. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The error as its client is told of it; undefined where it is none of the client's. */
export function commandErrorOf(error: unknown): CommandError | undefined {
  if (error instanceof CommandError) return error;
  if (!(error instanceof CallerError)) return undefined;
  const places = error.issues.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  const denied = error.code === 'forbidden' || error.code === 'unauthenticated';
  const passing = error.code === 'too-many-requests' || error.code === 'unavailable';
  return new CommandError(
    denied ? 'permission_denied' : passing ? 'unknown_error' : 'invalid_argument',
    [error.message, places.join('; ')].filter(Boolean).join(' '),
  );
}
