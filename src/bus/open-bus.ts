import type { Database } from '../db/open-database.ts';
import type { Logger } from '../log.ts';
import type { Bus } from './bus.ts';
import { openSharedBus } from './shared-bus.ts';

export interface BusOptions {
  database: Database;
  /** Where it is set, notices travel through Redis Streams, events along with them, and NOTIFY stands in for it. */
  redisUrl?: string;
  log: Logger;
  /** The name of the stream in Redis. */
  streamKey?: string;
  /** Entries that the stream keeps, about. */
  streamLength?: number;
  /** How often a process that does not hear Redis tells the others, in milliseconds. */
  deafEvery?: number;
}

/**
 * Opens the bus of this process. Waits a few seconds at most for its servers and goes on connecting when they are away,
 * so it never rejects for that. The embedded database has one process: the bus is `alone`, with or without Redis.
 */
export async function openBus(options: BusOptions): Promise<Bus> {
  const { database } = options;
  return database.kind === 'pglite' ? nobody : openSharedBus({ ...options, pool: database.pool });
}

const nobody: Bus = {
  state: () => 'alone',
  publish: () => undefined,
  subscribe: () => () => undefined,
  close: async () => undefined,
};
