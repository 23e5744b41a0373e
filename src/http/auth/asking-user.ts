import { CallerError } from '../../errors.ts';
import type { Caller } from '../../tenancy.ts';
import { theCaller } from './the-caller.ts';

/** A user who asks in a session. Throws a `CallerError` (`conflict`) for anybody else: keys and issuers' tokens have none. */
export function askingUser(): Caller & { session: string } {
  const caller = theCaller();
  const { session } = caller;
  if (session === undefined)
    throw new CallerError('conflict', 'Only users who logged in here have sessions.');
  return { ...caller, session };
}
