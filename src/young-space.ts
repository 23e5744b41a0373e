import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's space for what is new as small as it begins, until the returned function is called. While modules load, nearly all that is new
 * stays: a space that grew with it would be copied as often, and a process at rest would keep a hundred megabytes of it.
 */
export function keepYoungSpaceSmall(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  return () => setFlagsFromString('--semi-space-growth-factor=2'); // as it is by default
}
