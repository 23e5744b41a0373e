import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { listSuspended } from '../db/tenants.ts';

/** For how long what was found holds, in milliseconds. */
const knownMs = 2_000;

/** Tells which tenants' runs have to wait, as it was within the last two seconds. */
export function suspendedTenants(db: Kysely<Schema>): () => Promise<string[]> {
  let known: string[] = [];
  let until = 0;
  return async () => {
    if (Date.now() < until) return known;
    known = await listSuspended(db);
    until = Date.now() + knownMs;
    return known;
  };
}
