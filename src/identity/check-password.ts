import { CallerError } from '../errors.ts';
import { guessablePart } from './guessable-part.ts';

export const shortestPassword = 12;
export const longestPassword = 256;

/** Characters that must be left of a password when what can be guessed of it is taken away. */
const leastLeft = 6;

/**
 * Holds a new password against the rules: 12 to 256 characters, of which 6 are none that a guesser tries first. `about` are words
 * that are near at hand, such as the user's own name and address. No kind of character is asked for.
 *
 * Throws a `CallerError` that says what is wrong with it, and does not repeat it.
 */
export function checkPassword(password: string, about: string[] = []): void {
  const length = [...password].length;
  if (length < shortestPassword || password.length > longestPassword * 2 || length > longestPassword) {
    throw refused(`expected ${shortestPassword} to ${longestPassword} characters`);
  }
  if (length - guessablePart(password, about) < leastLeft) {
    throw refused('is easy to guess: take several words that do not belong together');
  }
}

function refused(message: string): CallerError {
  return new CallerError('invalid-request', 'This password cannot be used.', {
    issues: [{ path: 'password', message }],
  });
}
