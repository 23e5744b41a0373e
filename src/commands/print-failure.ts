import { CallerError, ConfigError, errorMessage, StartError } from '../errors.ts';

/** Says on standard error why a command failed, and has the process end with 1. Of a mistake of ours, where it happened. */
export function printFailure(error: unknown): void {
  const expected = [ConfigError, CallerError, StartError].some((kind) => error instanceof kind);
  const text = expected || !(error instanceof Error) ? errorMessage(error) : error.stack;
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

/** The same for a service that could not start: whoever looks after it starts it again when it is gone, whatever of it is still open. */
export function endWithFailure(error: unknown): never {
  printFailure(error);
  process.exit();
}
