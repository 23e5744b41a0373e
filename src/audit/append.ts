import type { Kysely } from 'kysely';
import { currentSettings } from '../db/role-settings.ts';
import type { Schema } from '../db/schema.ts';
import { insertRows, type NewRow } from './insert-rows.ts';

interface Waiting {
  row: NewRow;
  resolve: (seq: number) => void;
  reject: (error: unknown) => void;
}

/** How many rows go in at once at most. */
const most = 50;

/** Those who wait to add to a chain, of which the process adds to each in one statement at a time. */
const chains = new WeakMap<Kysely<Schema>, Map<string, Waiting[]>>();

/**
 * Adds a row to its chain, outside of a transaction. Resolves with its number once it is saved.
 *
 * Rows of a chain wait for one another in the database, each until the one before is on disk. So what comes while some are being added waits
 * here instead, and goes in together, in the order in which it came. Rows that the database refuses together go in one by one.
 */
export function append(db: Kysely<Schema>, row: NewRow): Promise<number> {
  const lines = chains.get(db) ?? new Map<string, Waiting[]>();
  chains.set(db, lines);
  const key = JSON.stringify([row.tenant_id, currentSettings()]); // as whom: who comes later does not work as who came first
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const line = lines.get(key);
  if (line) line.push({ row, resolve, reject });
  else {
    const first = [{ row, resolve, reject }];
    lines.set(key, first);
    void workOff(db, first, () => lines.delete(key));
  }
  return promise;
}

/** Tells everybody in the line, and closes it at the moment at which nobody is left. */
async function workOff(db: Kysely<Schema>, line: Waiting[], close: () => void): Promise<void> {
  while (line.length > 0) await addSome(db, line.splice(0, most));
  close();
}

async function addSome(db: Kysely<Schema>, some: Waiting[]): Promise<void> {
  try {
    const { rows } = await insertRows(some.map(({ row }) => row)).execute(db);
    for (const [at, { resolve, reject }] of some.entries()) {
      const added = rows[at];
      if (added) resolve(added.seq);
      else reject(new Error('A row of the audit was not added.'));
    }
  } catch (error) {
    if (some.length > 1 && isRefusal(error)) for (const one of some) await addSome(db, [one]);
    else for (const { reject } of some) reject(error);
  }
}

/** Whether the database took a row for wrong, and so added none: data exceptions and violated constraints, by their classes. */
function isRefusal(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^2[23]...$/.test(code);
}
