import { z } from 'zod';
import type { ThreadTtl } from '../../config/retention.ts';
import type { Thread } from '../../db/threads.ts';

const minutes = z
  .number('expected minutes, or { ttl, strategy }')
  .min(0)
  .max(5_256_000)
  .describe('Minutes without use; 0 means that the thread is kept for ever.');

/** How long a thread is kept: minutes, or minutes and what goes then. */
export const ttlSchema = z
  .union(
    [
      minutes.transform((ttl) => ({ ttl, strategy: 'delete' as const })),
      z.object({
        ttl: minutes,
        strategy: z.enum(['delete', 'keep_latest'], 'expected delete or keep_latest').default('delete'),
      }),
    ],
    'expected minutes from 0 to 5256000, or { ttl, strategy }, with the strategy delete or keep_latest',
  )
  .nullish()
  .transform((given): ThreadTtl | null | undefined => {
    if (!given) return undefined;
    return given.ttl > 0 ? { minutes: given.ttl, strategy: given.strategy } : null;
  });

/** A thread's time to live as LangGraph's clients know it; null when it is kept for ever. */
export function wireTtl({ ttl_minutes, ttl_strategy, expires_at }: Thread): object | null {
  return ttl_minutes === null ? null : { strategy: ttl_strategy, ttl_minutes, expires_at };
}
