import { decodeJwt, decodeProtectedHeader, errors } from 'jose';
import { ownKeyId } from './token-claims.ts';

/** What a token says about itself before anything of it is believed. */
export interface TokenHeader {
  kid: string | undefined;
  issuer: string | undefined;
}

/** Longer ones are not looked at. */
const mostCharacters = 8_192;
/** With these, a token would bring the key that it is to be checked with, or say where that is (RFC 8725, 3.10). */
const bringingKeys = ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit', 'b64', 'zip', 'enc'];
const types = ['jwt', 'at+jwt', 'application/at+jwt', 'application/jwt'];

/**
 * Whose key a token is to be checked with. Undefined for what is no signed token in compact form, is of another type, or
 * brings a key, an extension or no algorithm at all. The algorithm it names is not asked: that is the key's to say.
 */
export function readTokenHeader(token: string): TokenHeader | undefined {
  if (token.length > mostCharacters || token.split('.').length !== 3) return undefined;
  try {
    const header = decodeProtectedHeader(token);
    const { typ, kid } = header;
    if (bringingKeys.some((name) => name in header)) return undefined;
    if (typ !== undefined && (typeof typ !== 'string' || !types.includes(typ.toLowerCase())))
      return undefined;
    if (kid !== undefined && typeof kid !== 'string') return undefined;
    const { iss } = decodeJwt(token);
    return { kid, issuer: typeof iss === 'string' ? iss : undefined };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Whether a token says that the service signed it, true or not. */
export function isOwnToken(token: string): boolean {
  return readTokenHeader(token)?.kid === ownKeyId;
}
