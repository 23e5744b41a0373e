import { z } from 'zod';
import { roles } from '../tenancy.ts';
import { scopes } from './scopes.ts';

/** Names the key, and so the algorithm, of tokens that the service signs itself. */
export const ownKeyId = 'baton';
/** Who issues them, and whom they are for. */
export const ownIssuer = 'baton';
export const ownType = 'at+jwt';

/** What one of the service's own tokens says. */
export const tokenClaimsSchema = z.object({
  jti: z.string().min(1),
  sub: z.string().min(1).max(255),
  exp: z.number(),
  iat: z.number(),
  tenant: z.string().min(1),
  kind: z.enum(['key', 'user', 'token']),
  role: z.enum(roles),
  name: z.string(),
  graphs: z.array(z.string()).optional(),
  scopes: z.array(z.enum(scopes)).optional(),
  sid: z.string().optional(),
});

export type TokenClaims = z.output<typeof tokenClaimsSchema>;
