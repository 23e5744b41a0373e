import { z } from 'zod';

/** How replicas hear of one another sooner than from the database they share. */
export interface BusConfig {
  redisUrl?: string;
}

export const busVariables = z.object({
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'expected a URL that begins with redis:// or rediss://' })
    .optional(),
});

export function busOf(read: z.infer<typeof busVariables>): BusConfig {
  return { ...(read.REDIS_URL && { redisUrl: read.REDIS_URL }) };
}
