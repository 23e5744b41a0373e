import { z } from 'zod';
import { whole } from './kinds.ts';

/** How long a thread is kept when nobody uses it, and what goes then: all of it, or all of its states but the newest. */
export interface ThreadTtl {
  /** More than 0; parts of minutes count. */
  minutes: number;
  strategy: 'delete' | 'keep_latest';
}

export interface RetentionConfig {
  /** How long a new thread is kept when nobody uses it; absent: for ever. */
  ttl?: ThreadTtl;
  /** How many days the log of ended runs stays where a thread is pruned to its newest state. */
  logDays: number;
  /** How many days what happened to documents and tickets stays in the feed of events. */
  eventDays: number;
}

export const retentionVariables = z.object({
  BATON_THREAD_TTL_MINUTES: whole(1, 5_256_000).optional(),
  BATON_THREAD_TTL_STRATEGY: z
    .enum(['delete', 'keep_latest'], 'expected delete or keep_latest')
    .default('delete'),
  BATON_LOG_DAYS: whole(0, 3_650).default(7),
  BATON_EVENT_DAYS: whole(1, 3_650).default(30),
});

export function retentionOf(read: z.infer<typeof retentionVariables>): RetentionConfig {
  return {
    ...(read.BATON_THREAD_TTL_MINUTES !== undefined && {
      ttl: { minutes: read.BATON_THREAD_TTL_MINUTES, strategy: read.BATON_THREAD_TTL_STRATEGY },
    }),
    logDays: read.BATON_LOG_DAYS,
    eventDays: read.BATON_EVENT_DAYS,
  };
}
