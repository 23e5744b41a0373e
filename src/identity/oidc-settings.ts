import { z } from 'zod';
import type { Config } from '../config.ts';
import { roles } from '../tenancy.ts';
import { readSettings } from './read-settings.ts';

const issuer = z
  .url({ protocol: /^https?$/, error: 'expected the URL of an issuer' })
  .refine((url) => !/[?#]/.test(url), 'an issuer has neither query nor fragment');
const texts = z.union([
  z
    .string()
    .min(1)
    .transform((one) => [one]),
  z.array(z.string().min(1)).min(1),
]);

const entrySchema = z
  .strictObject({
    issuer,
    audience: texts.optional(),
    preset: z.literal('cognito').optional(),
    clientId: z.string().min(1).optional(),
    tokenUse: z.enum(['access', 'id']).default('access'),
    tenant: z.string().min(1).optional(),
    tenantClaim: z.string().min(1).optional(),
    roleClaim: z.string().min(1).optional(),
    groupsToRoles: z.record(z.string(), z.enum(roles)).optional(),
    defaultRole: z.enum(roles).optional(),
    graphsClaim: z.string().min(1).optional(),
    allow: z.array(z.string().min(1)).default([]),
    coolDownSeconds: z.number().min(0).max(3_600).default(30),
  })
  .refine(({ tenant, tenantClaim }) => (tenant === undefined) !== (tenantClaim === undefined), {
    error: 'expected tenant or tenantClaim',
  })
  .refine(({ preset, clientId }) => preset === undefined || clientId !== undefined, {
    error: 'the preset cognito needs clientId',
  })
  .refine(({ preset, audience }) => preset !== undefined || audience !== undefined, {
    error: 'audience is missing: without it, tokens for others would be taken',
  });

/** An issuer that vouches for people, and what its tokens mean here. */
export type OidcSettings = z.output<typeof entrySchema>;

/** The issuers of `BATON_OIDC`, by their URL. Throws a `ConfigError`. */
export function readOidcSettings({
  auth,
  projectDir,
}: Pick<Config, 'auth' | 'projectDir'>): Map<string, OidcSettings> {
  const entries = readSettings('BATON_OIDC', auth.oidc, projectDir, entrySchema);
  return new Map(entries.map((entry) => [entry.issuer, entry]));
}
