import { randomUUID } from 'node:crypto';
import type { Role } from '../tenancy.ts';
import type { Scope } from './scopes.ts';
import { type SigningConfig, signingKey } from './signing-key.ts';
import { ownIssuer, ownKeyId, ownType } from './token-claims.ts';

/** Whom a token speaks for, and how long. */
export interface TokenRequest {
  tenant: string;
  /** The id of the key or the user; the caller's `id`. */
  sub: string;
  kind: 'key' | 'user' | 'token';
  role: Role;
  name: string;
  graphs?: readonly string[] | undefined;
  scopes?: readonly Scope[] | undefined;
  /** The session that it belongs to, and ends with: see `session-of.ts`. A user's token has one. */
  sid?: string | undefined;
  /** Absent: `BATON_TOKEN_MINUTES`, a day unless set. */
  ttlSeconds?: number | undefined;
}

export interface IssuedToken {
  token: string;
  /** Its id, by which it is revoked: see `revoke-token.ts`. */
  jti: string;
  expiresAt: Date;
  /** Seconds. */
  lifetime: number;
}

/**
 * A JWT that the service signs and accepts itself, RFC 9068 in form: HS256 under `BATON_AUTH_SECRET`. Throws a `CallerError` where no
 * secret is set and others can reach the service.
 */
export async function issueToken(config: SigningConfig, request: TokenRequest): Promise<IssuedToken> {
  const { tenant, sub, kind, role, name, graphs, scopes, sid } = request;
  const key = signingKey(config);
  const jti = randomUUID();
  const now = Math.floor(Date.now() / 1000);
  const lifetime = request.ttlSeconds ?? config.auth.tokenMinutes * 60;
  const expires = now + lifetime;
  const claims = {
    tenant,
    kind,
    role,
    name,
    ...(graphs && { graphs }),
    ...(scopes && { scopes }),
    ...(sid && { sid }),
  };
  const { SignJWT } = await import('jose');
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: ownType, kid: ownKeyId })
    .setIssuer(ownIssuer)
    .setAudience(ownIssuer)
    .setSubject(sub)
    .setJti(jti)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(expires)
    .sign(key);
  return { token, jti, expiresAt: new Date(expires * 1000), lifetime };
}
