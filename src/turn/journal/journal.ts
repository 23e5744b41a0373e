import type { Kysely } from 'kysely';
import { isOverdue, isUnavailable } from '../../db/is-unavailable.ts';
import type { Schema } from '../../db/schema.ts';
import { currentTenant, inTenant } from '../../tenancy.ts';
import type { Batch } from './batch.ts';
import type { ClaimSql } from './end-sql.ts';
import { writeAlone } from './write-alone.ts';
import { writeBatches } from './write-batches.ts';

/** How long what nobody waits for is gathered before it is written, in milliseconds. */
const gatherFor = 8;

/** Runs, and their events, that one statement takes, at most. */
const mostRuns = 200;
const mostEvents = 2_000;

/** A run that has something to write. */
export interface Writer {
  /** What is to be written now: nothing that was given out before and not answered. Undefined: nothing. */
  take(): Batch | undefined;
  /** The batch is in the database. */
  wrote(last: number): void;
  /** It is not, or nobody knows: a batch with an `end` was `refused` and can only be written with all checks of a transaction. */
  failed(error: unknown): void;
}

/**
 * Writes what all runs of this process have to write, in one statement a tenant and a few milliseconds: the more runs there are, the
 * less each of them costs.
 */
export interface Journal {
  /** Says that a run of the tenant at work has something to write: soon, or at once where somebody waits for it. */
  ring(writer: Writer, atOnce?: boolean): void;
}

export function openJournal(db: Kysely<Schema>, claims: ClaimSql): Journal {
  const desks = new Map<string, Desk>();

  function deskOf(tenant: string): Desk {
    const desk = desks.get(tenant) ?? openDesk(db, claims, tenant, () => void desks.delete(tenant));
    desks.set(tenant, desk);
    return desk;
  }

  return { ring: (writer, atOnce = false) => deskOf(currentTenant()).ring(writer, atOnce) };
}

/** Where one tenant's runs are written. */
interface Desk {
  ring(writer: Writer, atOnce: boolean): void;
}

function openDesk(db: Kysely<Schema>, claims: ClaimSql, tenant: string, onEmpty: () => void): Desk {
  const ringing = new Set<Writer>();
  let urgent = false;
  let writing = false;
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;

  function plan(): void {
    if (writing || ringing.size === 0) return;
    if (urgent)
      soon ??= setImmediate(flush); // what is said in the same tick goes along
    else timer ??= setTimeout(flush, gatherFor);
  }

  function flush(): void {
    clearTimeout(timer);
    clearImmediate(soon);
    [timer, soon, urgent, writing] = [undefined, undefined, false, true];
    void inTenant(tenant, () => write(takeFrom(ringing))).finally(() => {
      writing = false;
      if (ringing.size === 0) onEmpty();
      else plan();
    });
  }

  async function write(taken: Taken[]): Promise<void> {
    if (taken.length === 0) return;
    const written = await writeBatches(
      db,
      taken.map(({ batch }) => batch),
      claims,
    ).catch((error: unknown) => {
      if (!isUnavailable(error) && !isOverdue(error)) return []; // one of them may be to blame: each by itself
      for (const { writer } of taken) writer.failed(error);
      return undefined;
    });
    if (!written) return;
    for (const [at, one] of taken.entries()) void answer(one, written[at]); // who is written alone keeps nobody waiting
  }

  async function answer({ writer, batch }: Taken, last: number | undefined): Promise<void> {
    if (last !== undefined) return writer.wrote(last);
    if (batch.end) return writer.failed(new RefusedError());
    try {
      writer.wrote(await writeAlone(db, batch));
    } catch (error) {
      writer.failed(error);
    }
  }

  return {
    ring(writer, atOnce) {
      ringing.add(writer);
      urgent ||= atOnce;
      plan();
    },
  };
}

interface Taken {
  writer: Writer;
  batch: Batch;
}

function takeFrom(ringing: Set<Writer>): Taken[] {
  const taken: Taken[] = [];
  let events = 0;
  for (const writer of ringing) {
    if (taken.length >= mostRuns || events >= mostEvents) break;
    ringing.delete(writer);
    const batch = writer.take();
    if (!batch) continue;
    events += batch.events.length;
    taken.push({ writer, batch });
  }
  return taken;
}

/** A run did not end in the journal: something about it needs a transaction of its own. */
export class RefusedError extends Error {
  override name = 'RefusedError';
}
