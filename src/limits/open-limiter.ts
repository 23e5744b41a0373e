import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Logger } from '../log.ts';
import { boundedStore } from './bounded-store.ts';
import { databaseStore } from './database-store.ts';
import type { LimitStore } from './limit-store.ts';
import { asLimitStore, openMemoryStore } from './memory-store.ts';
import { openRedisStore, type RedisStore } from './redis-store.ts';
import { rememberSpent } from './spent-limits.ts';

/** Where counts are kept: where all processes see them, or where nothing else is to be had, in this one. */
export type StoreName = 'redis' | 'database' | 'process';

/** A store that is always there. */
export interface Limiter extends LimitStore {
  /** Where counts are kept just now, and where they are when all is well. */
  state(): { store: StoreName; meant: StoreName };
  close(): void;
}

export interface LimiterOptions {
  db: Kysely<Schema>;
  redisUrl?: string | undefined;
  log: Logger;
  /** What keys begin with in Redis. */
  prefix?: string;
}

/** How long requests wait for each before the next one is asked, in milliseconds. */
const redisBounds = { withinMs: 250, restMs: 2_000 };
const databaseBounds = { withinMs: 1_000, restMs: 1_000 };

/**
 * Counts in Redis where there is one, in the database otherwise. What is away is passed over until it is back; the log says so once.
 * A store knows nothing of what was counted in another one. Whoever was refused is refused again without asking until there is
 * room, so that a flood costs little.
 */
export async function openLimiter(options: LimiterOptions): Promise<Limiter> {
  const { log } = options;
  const away = new Set<StoreName>();
  const redis = await openRedis(options, (error) => tell('redis', error));
  const places = placesOf(options, redis);
  const meant = redis ? 'redis' : 'database';
  const spent = rememberSpent();
  let last: StoreName = meant;

  function tell(store: StoreName, error: unknown): void {
    if (away.has(store)) return;
    away.add(store);
    log.warn({ err: error, store }, 'limits are counted elsewhere while their store is away');
  }

  function countsIn(store: StoreName): void {
    if (away.delete(store)) log.info({ store }, 'limits are counted where they were before');
    if (store !== last) spent.forget();
    last = store;
  }

  return {
    async take(charges, now) {
      const known = spent.find(charges);
      if (known) return known;
      for (const { name, store, up } of places) {
        if (!up()) continue;
        try {
          const readings = await store.take(charges, now);
          countsIn(name);
          spent.remember(charges, readings);
          return readings;
        } catch (error) {
          tell(name, error);
        }
      }
      throw new Error('The process can always count by itself.');
    },
    state: () => ({ store: places.find(({ up }) => up())?.name ?? 'process', meant }),
    close: () => redis?.close(),
  };
}

interface Place {
  name: StoreName;
  store: LimitStore;
  up(): boolean;
}

async function openRedis(
  { redisUrl: url, prefix }: LimiterOptions,
  onError: (error: unknown) => void,
): Promise<RedisStore | undefined> {
  return url ? openRedisStore({ url, ...(prefix && { prefix }), onError }) : undefined;
}

/** In the order in which they are asked. */
function placesOf({ db }: LimiterOptions, redis: RedisStore | undefined): Place[] {
  const database = boundedStore(databaseStore(db), databaseBounds);
  const places: Place[] = [
    { name: 'database', store: database, up: database.up },
    { name: 'process', store: asLimitStore(openMemoryStore()), up: () => true },
  ];
  if (!redis) return places;
  const bounded = boundedStore(redis, redisBounds);
  return [{ name: 'redis', store: bounded, up: () => redis.up() && bounded.up() }, ...places];
}
