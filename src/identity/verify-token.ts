import { errors, jwtVerify } from 'jose';
import { canSign, type SigningConfig, signingKey } from './signing-key.ts';
import { ownIssuer, ownKeyId, ownType, type TokenClaims, tokenClaimsSchema } from './token-claims.ts';

/** By how much clocks may differ, in seconds. */
export const clockTolerance = 5;

/**
 * What one of the service's own tokens says; undefined for what is none, has run out, or is not signed with the service's key in
 * its one algorithm. Whether it was revoked is not looked at: see `callerOfToken`.
 */
export async function verifyToken(config: SigningConfig, token: string): Promise<TokenClaims | undefined> {
  if (!canSign(config)) return undefined;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, signingKey(config), {
      algorithms: ['HS256'],
      issuer: ownIssuer,
      audience: ownIssuer,
      typ: ownType,
      requiredClaims: ['exp', 'iat', 'nbf', 'jti', 'sub'],
      clockTolerance,
    });
    if (protectedHeader.kid !== ownKeyId) return undefined;
    return tokenClaimsSchema.safeParse(payload).data;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
