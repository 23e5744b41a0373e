import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Logger } from '../log.ts';
import type { Entry } from './entry.ts';
import { fromOrigin, type Origin } from './origin.ts';
import { recordAction } from './record.ts';

interface Counted {
  more: number;
  since: Date;
}

/** Records what anybody can cause, and not more than a few of it. */
export interface Few {
  /** Records what was refused to whoever asked, unless the entry says another outcome. Does not throw. */
  note(who: string, entry: Entry, origin: Omit<Origin, 'recorded'>): void;
}

/**
 * Records the first of each asker at once, and how many more there were when a minute is over: nobody fills the audit by
 * knocking. Askers that are too many to be counted one by one are counted together. What was counted when the process ends is lost.
 */
export function recordFew(db: Kysely<Schema>, log: Logger, { everyMs = 60_000, most = 1_000 } = {}): Few {
  const counts = new Map<string, Counted>();

  async function record(entry: Entry, origin: Omit<Origin, 'recorded'>): Promise<void> {
    try {
      await fromOrigin(origin, () => recordAction(db, { outcome: 'refused', ...entry }));
    } catch (error) {
      log.warn({ err: error, action: entry.action }, 'what anybody can ask could not be recorded');
    }
  }

  function sum(key: string, entry: Entry, origin: Omit<Origin, 'recorded'>): void {
    const counted = counts.get(key);
    counts.delete(key);
    if (!counted || counted.more === 0) return;
    const details = { ...entry.details, more: counted.more, since: counted.since };
    void record({ ...entry, details }, origin);
  }

  return {
    note(who, entry, origin) {
      const own = JSON.stringify([entry.tenant, entry.action, who]);
      const crowded = !counts.has(own) && counts.size >= most;
      const key = crowded ? JSON.stringify([entry.tenant, entry.action]) : own;
      const counted = counts.get(key);
      if (counted) {
        counted.more += 1;
        return;
      }
      counts.set(key, { more: 0, since: new Date() });
      void record(entry, origin);
      const { action, outcome, tenant } = entry;
      const others: Entry = {
        action,
        actor: { kind: 'nobody' },
        ...(outcome && { outcome }),
        ...(tenant && { tenant }),
      };
      const [whose, from] = crowded ? [others, {}] : [entry, origin];
      setTimeout(() => sum(key, whose, from), everyMs).unref();
    },
  };
}
