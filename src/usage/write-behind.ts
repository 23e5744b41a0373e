import { isUnavailable } from '../db/is-unavailable.ts';
import { errorMessage } from '../errors.ts';
import type { Logger } from '../log.ts';

const everyMs = 25;
const againMs = 1_000;
const inBatch = 200;
/** How often an entry is tried that the database, which is there, does not take. */
const tries = 30;
/** More than this is waiting only when the database is away for long. */
const most = 50_000;

interface Waiting<Entry> {
  tenant: string;
  entry: Entry;
  failures: number;
}

/** What is written a moment later, together with what else there is of the same tenant. */
export interface WriteBehind<Entry> {
  add(tenant: string, entry: Entry): void;
  /** Resolves when all that was added by now is written, or could not be. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * `write` may be told of the same entries again when it rejects. Entries are given up, aloud, when too many wait, and when they
 * by themselves are refused time and again.
 */
export function openWriteBehind<Entry>(
  write: (tenant: string, entries: Entry[]) => Promise<void>,
  log: Logger,
): WriteBehind<Entry> {
  let waiting: Waiting<Entry>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function soon(milliseconds: number): void {
    timer ??= setTimeout(flush, milliseconds);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(writeAll);
    return writing;
  }

  /** What was refused before goes by itself, so that it holds nothing up. */
  async function writeAll(): Promise<void> {
    const taken = waiting;
    waiting = [];
    for (const [tenant, ofTenant] of Map.groupBy(taken, (one) => one.tenant)) {
      const { fresh = [], refused = [] } = Object.groupBy(ofTenant, ({ failures }) =>
        failures ? 'refused' : 'fresh',
      );
      for (let at = 0; at < fresh.length; at += inBatch)
        await writeSome(tenant, fresh.slice(at, at + inBatch));
      for (const one of refused) await writeSome(tenant, [one]);
    }
  }

  async function writeSome(tenant: string, some: Waiting<Entry>[]): Promise<void> {
    try {
      await write(
        tenant,
        some.map(({ entry }) => entry),
      );
    } catch (error) {
      const failed = isUnavailable(error) ? 0 : 1;
      const again = some.map((one) => ({ ...one, failures: one.failures + failed }));
      const kept = again.filter(({ failures }) => failures < tries);
      const why = errorMessage(error);
      if (kept.length < again.length)
        log.error({ why, tenant }, 'the end of a call is given up: it counts as lost');
      else log.warn({ why, waiting: waiting.length + kept.length }, 'usage is written later');
      waiting.push(...kept);
      soon(againMs);
    }
  }

  return {
    add(tenant, entry) {
      if (waiting.length >= most)
        log.error({ tenant }, 'too much usage waits to be written: the end of a call is given up');
      else waiting.push({ tenant, entry, failures: 0 });
      soon(everyMs);
    },
    flush,
    async close() {
      await flush();
      clearTimeout(timer);
      if (waiting.length > 0)
        log.error({ calls: waiting.length }, 'the ends of calls could not be written: they count as lost');
    },
  };
}
