import { z } from '@hono/zod-openapi';
import type { ApiKey } from '../../db/api-keys.ts';
import { keyPrefix } from '../../identity/key-text.ts';
import { scopes } from '../../identity/scopes.ts';
import { roles } from '../../tenancy.ts';

const when = z.iso.datetime().nullable();

export const keySchema = z
  .object({
    id: z.string(),
    prefix: z.string().describe('What the key begins with.'),
    name: z.string(),
    role: z.enum(roles),
    scopes: z.array(z.string()).nullable().describe('Null: all that the role has.'),
    graphs: z.array(z.string()).nullable().describe('Null: all.'),
    operator: z.boolean(),
    status: z.enum(['active', 'expired', 'revoked']),
    expires_at: when,
    last_used_at: when.describe('To the minute.'),
    revoked_at: when,
    rotated_at: when,
    previous_valid_until: when.describe('Until when the secret before the last rotation is good.'),
    created_by: z.string(),
    created_at: z.iso.datetime(),
  })
  .openapi('Key');

export const madeKeySchema = keySchema
  .extend({ key: z.string().describe('The key itself. It is shown this once.') })
  .openapi('MadeKey');

/** What a new key may be. */
export const newKeySchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100).default('key'),
    role: z.enum(roles).default('member'),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length).optional(),
    graphs: z
      .array(z.string().regex(/^[\w-]{1,64}$/, 'expected the name of a graph'))
      .min(1)
      .max(100)
      .optional(),
    operator: z.boolean().default(false).describe('May make tenants. For operators.'),
    expires_in_days: z.number().positive().max(3_650).optional(),
  })
  .openapi('NewKey');

/** A key as our API shows it; its hashes stay where they are. */
export function wireKey(key: ApiKey): z.output<typeof keySchema> {
  return {
    id: key.key_id,
    prefix: keyPrefix(key.key_id),
    name: key.name,
    role: key.role,
    scopes: key.scopes,
    graphs: key.graphs,
    operator: key.operator,
    status: statusOf(key),
    expires_at: iso(key.expires_at),
    last_used_at: iso(key.last_used_at),
    revoked_at: iso(key.revoked_at),
    rotated_at: iso(key.rotated_at),
    previous_valid_until: iso(key.previous_expires_at),
    created_by: key.created_by,
    created_at: key.created_at.toISOString(),
  };
}

export function statusOf({ revoked_at, expires_at }: ApiKey): 'active' | 'expired' | 'revoked' {
  if (revoked_at) return 'revoked';
  return expires_at && expires_at <= new Date() ? 'expired' : 'active';
}

function iso(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
