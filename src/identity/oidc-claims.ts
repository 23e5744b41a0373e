import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { type Role, roles, tenantIdPattern } from '../tenancy.ts';
import { reaches } from './covers.ts';
import type { ForeignClaims } from './foreign-token.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { plainText } from './plain-text.ts';

const claimsSchema = z.object({
  iss: z.string(),
  sub: plainText,
  exp: z.number(),
  jti: z.string().min(1).optional(),
  name: plainText.optional().catch(undefined),
  email: plainText.optional().catch(undefined),
  username: plainText.optional().catch(undefined),
});

/** What the checked token of an issuer means here. Undefined for one that was made for another client, use or tenant. */
export function oidcClaims(payload: JWTPayload, settings: OidcSettings): ForeignClaims | undefined {
  const { data } = claimsSchema.safeParse(payload);
  if (!data || !isForClient(payload, settings)) return undefined;
  const tenant = settings.tenant ?? claimAt(payload, settings.tenantClaim ?? '');
  if (typeof tenant !== 'string' || !tenantIdPattern.test(tenant)) return undefined;
  const { iss, sub, exp, jti } = data;
  const graphs =
    settings.graphsClaim === undefined ? undefined : textsIn(claimAt(payload, settings.graphsClaim));
  return {
    tenant,
    id: `${iss}#${sub}`,
    name: data.name ?? data.email ?? data.username ?? sub,
    role: roleOf(payload, settings),
    ...(graphs && { graphs }),
    iss,
    jti,
    exp,
  };
}

/**
 * Cognito puts the client into `client_id` of access tokens, which have no `aud`, and into `aud` of id tokens, and says which of
 * the two a token is in `token_use` (Amazon Cognito, "Verifying JSON web tokens").
 */
function isForClient(payload: JWTPayload, { preset, clientId, tokenUse }: OidcSettings): boolean {
  if (preset !== 'cognito') {
    return clientId === undefined || [payload.azp, payload.client_id].includes(clientId);
  }
  const client = tokenUse === 'access' ? payload.client_id : payload.aud;
  return payload.token_use === tokenUse && client === clientId;
}

/** The most of what the groups give. */
function roleOf(payload: JWTPayload, settings: OidcSettings): Role | undefined {
  const claim = settings.roleClaim ?? (settings.preset === 'cognito' ? 'cognito:groups' : 'role');
  const named = textsIn(claimAt(payload, claim));
  const given = named.map((name) =>
    settings.groupsToRoles
      ? Object.hasOwn(settings.groupsToRoles, name) && settings.groupsToRoles[name]
      : roles.find((role) => role === name),
  );
  return given.reduce<Role | undefined>(
    (most, role) => (role && (!most || reaches(role, most)) ? role : most),
    settings.defaultRole,
  );
}

/** A claim by its name, or by a path of names such as `realm_access.roles`. */
export function claimAt(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name.split('.').reduce<unknown>((value, key) => {
    const inside = value !== null && typeof value === 'object' && Object.hasOwn(value, key);
    return inside ? (value as Record<string, unknown>)[key] : undefined; // an object of JSON
  }, payload);
}

function textsIn(value: unknown): string[] {
  return [value].flat().filter((one) => typeof one === 'string');
}
