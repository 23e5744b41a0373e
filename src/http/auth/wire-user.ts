import { z } from '@hono/zod-openapi';
import { roleSchema } from '../../identity/user-fields.ts';
import type { User } from '../../identity/users.ts';

export const userSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: roleSchema,
    graphs: z.array(z.string()).nullable().describe('The graphs that the user may use; null for all.'),
    status: z.enum(['invited', 'active', 'disabled']),
    last_login_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .openapi('User');

/** A user as clients see it. */
export function wireUser(user: User): z.input<typeof userSchema> {
  const { user_id, email, name, role, graphs, status, last_login_at, created_at } = user;
  return {
    id: user_id,
    email,
    name,
    role,
    graphs,
    status,
    last_login_at: last_login_at?.toISOString() ?? null,
    created_at: created_at.toISOString(),
  };
}
