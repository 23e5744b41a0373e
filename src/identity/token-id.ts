import { createHash } from 'node:crypto';

/**
 * What names a token for good: who issued it and its `jti`, or where it has none, what was signed. The signature is no part of it,
 * since another one of the same words may be valid too.
 */
export function tokenIdOf(
  token: string,
  { iss, jti }: { iss?: string | undefined; jti?: string | undefined },
): string {
  const name = jti === undefined ? token.slice(0, token.lastIndexOf('.')) : `${iss ?? ''}\n${jti}`;
  return createHash('sha256').update(name).digest('hex');
}
