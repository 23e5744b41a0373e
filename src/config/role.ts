import { z } from 'zod';

/** Whether this process answers clients, carries out runs, or both. */
export type Role = 'api' | 'worker' | 'both';

export const roleVariables = z.object({
  BATON_ROLE: z.enum(['api', 'worker', 'both'], 'expected api, worker or both').default('both'),
});

export function roleOf(read: z.infer<typeof roleVariables>): Role {
  return read.BATON_ROLE;
}
