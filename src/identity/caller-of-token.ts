import { decodeJwt } from 'jose';
import type { Config } from '../config.ts';
import { isRevoked } from '../db/revoked-tokens.ts';
import { CallerError } from '../errors.ts';
import type { Caller } from '../tenancy.ts';
import { callerOfKeyId, type KeyContext } from './caller-of-key.ts';
import { narrow } from './covers.ts';
import type { ForeignTokens } from './foreign-token.ts';
import { callerOfSessionId } from './session-of.ts';
import { ownIssuer, ownKeyId, type TokenClaims } from './token-claims.ts';
import { readTokenHeader } from './token-header.ts';
import { tokenIdOf } from './token-id.ts';
import { verifyToken } from './verify-token.ts';

export interface TokenContext extends KeyContext {
  config: Pick<Config, 'auth' | 'http'>;
  foreign: ForeignTokens;
}

/**
 * Who asks with a JWT; undefined for one that is not to be believed, has run out or was revoked. Throws a `CallerError`:
 * `forbidden` for somebody whom their issuer knows and nobody gave a role, `unavailable` when the issuer cannot be asked.
 */
export async function callerOfToken(context: TokenContext, token: string): Promise<Caller | undefined> {
  const header = readTokenHeader(token);
  if (!header) return undefined;
  if (header.kid === ownKeyId) return callerOfOwn(context, token);
  const claims = await context.foreign.verify(token, header);
  if (!claims || (await isRevoked(context.db, claims.tenant, tokenIdOf(token, claims)))) return undefined;
  const { tenant, id, name, role, graphs } = claims;
  if (!role) throw new CallerError('forbidden', 'Your token gives you no role here.');
  return { tenant, kind: 'token', id, name, role, ...(graphs && { graphs }) };
}

/** A token of a key or a user lets its bearer do what they may do now, and no more than it says. */
async function callerOfOwn(context: TokenContext, token: string): Promise<Caller | undefined> {
  const claims = await verifyToken(context.config, token);
  if (!claims) return undefined;
  const named = { iss: ownIssuer, jti: claims.jti };
  if (await isRevoked(context.db, claims.tenant, tokenIdOf(token, named))) return undefined;
  const now = await whoNow(context, claims);
  return now && now.tenant === claims.tenant ? narrow(now, claims) : undefined;
}

/** A user's token ends with its session; a key's with its key. */
async function whoNow({ db }: TokenContext, claims: TokenClaims): Promise<Caller | undefined> {
  const { tenant, kind, sub: id, name, role, sid } = claims;
  if (kind === 'key') return callerOfKeyId(db, id);
  if (kind === 'token') return { tenant, kind, id, name, role };
  const user = sid === undefined ? undefined : await callerOfSessionId(db, { tenant, sid });
  return user?.id === id ? user : undefined;
}

/** Until when a token that was believed needs to be known as revoked, and by what name. */
export function revocationOf(token: string): { tokenId: string; expiresAt: Date } {
  const { iss, jti, exp } = decodeJwt(token);
  return { tokenId: tokenIdOf(token, { iss, jti }), expiresAt: new Date(((exp ?? 0) + 60) * 1000) };
}
