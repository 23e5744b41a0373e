import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { type Role, roles, tenantIdPattern } from '../tenancy.ts';
import { type JwtKey, readJwtKeys } from './jwt-keys.ts';
import { oidcClaims } from './oidc-claims.ts';
import { readOidcSettings } from './oidc-settings.ts';
import { openIssuer } from './open-issuer.ts';
import { plainText } from './plain-text.ts';
import type { TokenHeader } from './token-header.ts';
import { clockTolerance } from './verify-token.ts';

/** Whom a token from elsewhere speaks for, and what it lets them do here. */
export interface ForeignClaims {
  tenant: string;
  /** The subject, with its issuer where one is named: two issuers may use the same. */
  id: string;
  name: string;
  /** Absent: nobody said that they may do anything. */
  role: Role | undefined;
  graphs?: string[];
  iss?: string | undefined;
  jti?: string | undefined;
  /** Seconds since 1970. */
  exp: number;
}

/** Checks tokens that others signed: with the keys of `BATON_JWT_KEYS`, and of the issuers of `BATON_OIDC`. */
export interface ForeignTokens {
  verify(token: string, header: TokenHeader): Promise<ForeignClaims | undefined>;
}

/**
 * Reads the settings. The keys of issuers are asked for when the first token of theirs comes.
 *
 * Rejects with a `ConfigError` that says which setting cannot be used.
 */
export async function openForeignTokens(
  config: Pick<Config, 'auth' | 'projectDir'>,
  log: Logger,
): Promise<ForeignTokens> {
  const keys = await readJwtKeys(config);
  const issuers = new Map(
    [...readOidcSettings(config)].map(([url, settings]) => [
      url,
      { settings, keys: openIssuer(settings, log) },
    ]),
  );
  return {
    async verify(token, { kid, issuer }) {
      const known = issuer === undefined ? undefined : issuers.get(issuer);
      if (known) {
        const payload = await verified(async () =>
          jwtVerify(token, await known.keys(), {
            ...checks,
            algorithms: ['RS256', 'ES256'],
            issuer: known.settings.issuer,
            ...(known.settings.audience && { audience: known.settings.audience }),
          }),
        );
        return payload && oidcClaims(payload, known.settings);
      }
      const key = keyOf(keys, kid);
      if (!key) return undefined;
      const payload = await verified(() => jwtVerify(token, key.key, { ...checks, ...checksOf(key) }));
      if (!payload || (!key.audience && !isForUs(payload))) return undefined;
      return claimsOf(payload, key);
    },
  };
}

const checks = { requiredClaims: ['exp', 'sub'], clockTolerance } satisfies JWTVerifyOptions;

/** The key says which algorithm; a token that names another does not pass. */
function checksOf({ alg, issuer, audience }: JwtKey): JWTVerifyOptions {
  return { algorithms: [alg], ...(issuer && { issuer }), ...(audience && { audience }) };
}

/** A token may leave its key unnamed where there is only one. */
function keyOf(keys: Map<string, JwtKey>, kid: string | undefined): JwtKey | undefined {
  if (kid !== undefined) return keys.get(kid);
  const [only, ...others] = keys.values();
  return others.length === 0 ? only : undefined;
}

async function verified(verify: () => Promise<{ payload: JWTPayload }>): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await verify();
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined; // a key of another kind
    throw error;
  }
}

/** A token that says whom it is for is for nobody else (RFC 7519, 4.1.3). */
function isForUs({ aud }: JWTPayload): boolean {
  return aud === undefined || [aud].flat().includes('baton');
}

const claimsSchema = z.object({
  sub: plainText,
  exp: z.number(),
  iss: z.string().optional(),
  jti: z.string().min(1).optional(),
  tenant: z.string().regex(tenantIdPattern).optional(),
  role: z.enum(roles).optional(),
  name: plainText.optional(),
  graphs: z.array(z.string()).optional(),
});

/** What a token of a key says; nothing where the key is for one tenant and the token for another. */
function claimsOf(payload: JWTPayload, key: JwtKey): ForeignClaims | undefined {
  const { data } = claimsSchema.safeParse(payload);
  if (!data) return undefined;
  const { sub, exp, iss, jti, role = key.defaultRole, graphs } = data;
  const tenant = key.tenant ?? data.tenant;
  if (tenant === undefined || (data.tenant !== undefined && data.tenant !== tenant)) return undefined;
  const id = iss === undefined ? sub : `${iss}#${sub}`;
  return { tenant, id, name: data.name ?? sub, role, ...(graphs && { graphs }), iss, jti, exp };
}
