import { type Caller, currentCaller } from '../../tenancy.ts';

/** Who asks, on a route that needs somebody. */
export function theCaller(): Caller {
  const caller = currentCaller();
  if (!caller) throw new Error('Nobody asks for what only somebody may ask.');
  return caller;
}
