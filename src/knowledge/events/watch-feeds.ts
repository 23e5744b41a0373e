import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Queue } from '../../queue/open-queue.ts';
import { currentTenant } from '../../tenancy.ts';
import { handOnEvents } from './hand-on-events.ts';
import { newestEvent } from './read-events.ts';

/** What all streams of one tenant's feed wait for together. */
interface Look {
  newest: Promise<number>;
  until: number;
}

export interface FeedWatch {
  /** The tenant's newest number, at most `everyMs` old: the streams of a tenant look into the database together. */
  newest(): Promise<number>;
}

/** How old what is told of a feed may be, in milliseconds. */
export const everyMs = 1_000;

/** Looks after the feeds that somebody follows; what waits for its number gets it first. */
export function watchFeeds({ db, queue }: { db: Kysely<Schema>; queue: Pick<Queue, 'addJob'> }): FeedWatch {
  const looks = new Map<string, Look>();

  async function look(): Promise<number> {
    await handOnEvents(db, queue);
    return newestEvent(db);
  }

  return {
    newest() {
      const tenant = currentTenant();
      const last = looks.get(tenant);
      if (last && last.until > performance.now()) return last.newest;
      const newest = look();
      newest.catch(() => looks.delete(tenant)); // whoever waits for it hears of it
      looks.set(tenant, { newest, until: performance.now() + everyMs });
      return newest;
    },
  };
}
