import { commandLineActor } from '../audit/command-line-actor.ts';
import { fromOrigin } from '../audit/origin.ts';

/** Does what the command line asks. What a command changes is the doing of whoever runs it; what the service does is not. */
export function asCommandLine<Result>(act: () => Result): Result {
  const serves = process.argv[2] === 'serve';
  return serves ? act() : fromOrigin({ actor: commandLineActor() }, act);
}
