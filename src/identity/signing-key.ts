import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import { CallerError } from '../errors.ts';
import { isLoopback } from './is-loopback.ts';

export type SigningConfig = Pick<Config, 'auth' | 'http'>;

/** For a service that nobody else can reach and that was given none: its tokens end with its process. */
const ofThisProcess = randomBytes(32);

/** What the service signs its own tokens with. Throws a `CallerError` where none is set and others can reach the service. */
export function signingKey({ auth, http }: SigningConfig): Uint8Array {
  if (auth.signingKey) return new TextEncoder().encode(auth.signingKey);
  if (auth.mode !== 'required' && isLoopback(http.host)) return ofThisProcess;
  throw new CallerError('unprocessable', 'This service issues no tokens: BATON_AUTH_SECRET is not set.');
}

/** Whether the service has a key to sign with. */
export function canSign({ auth, http }: SigningConfig): boolean {
  return Boolean(auth.signingKey) || (auth.mode !== 'required' && isLoopback(http.host));
}
