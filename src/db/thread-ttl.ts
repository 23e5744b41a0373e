import type { ThreadTtl } from '../config/retention.ts';
import type { TtlStrategy } from './tables/thread-tables.ts';

/** The columns of a thread that is kept for so long; for ever when `ttl` is undefined. */
export function ttlColumns(ttl: ThreadTtl | undefined): {
  ttl_minutes: number | null;
  ttl_strategy: TtlStrategy;
} {
  return { ttl_minutes: ttl?.minutes ?? null, ttl_strategy: ttl?.strategy ?? 'delete' };
}
