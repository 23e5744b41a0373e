import { type Kysely, sql } from 'kysely';
import type { SecretKey } from '../config/secrets.ts';
import type { Schema } from '../db/schema.ts';
import { asService } from '../tenancy.ts';
import { seal } from './seal.ts';
import type { SealPlace } from './seal-place.ts';
import { type SealedColumn, sealedColumns } from './sealed-columns.ts';
import { SecretError } from './secret-error.ts';
import { sealedUnder, unseal } from './unseal.ts';

export interface Rotation {
  /** Sealed under the first key by this rotation. */
  resealed: number;
  /** Sealed under it before. */
  current: number;
  /** Replaced or deleted by somebody else meanwhile. */
  changed: number;
  /** What does not open, and why. */
  failures: string[];
}

const batch = 100;

/**
 * Seals every secret again that is sealed under another key than the first. Each row is changed by itself, so that a rotation
 * that is broken off is gone on with by the next one, and service goes on meanwhile.
 *
 * Throws a `SecretError` when there is no key.
 */
export async function rotateSecrets(
  db: Kysely<Schema>,
  keys: readonly SecretKey[],
  progress: (done: Rotation) => void = () => undefined,
): Promise<Rotation> {
  if (!keys[0]) throw new SecretError('There is nothing to rotate to: BATON_SECRET_KEYS is not set.');
  const done: Rotation = { resealed: 0, current: 0, changed: 0, failures: [] };
  await asService(async () => {
    for (const column of sealedColumns) {
      let rows = await readRows(db, column, undefined);
      while (rows.length > 0) {
        for (const row of rows) await reseal(db, column, row, keys, done);
        progress(done);
        rows = await readRows(db, column, rows.at(-1));
      }
    }
  });
  return done;
}

interface SealedRow {
  tenant: string | null;
  row: string;
  sealed: string;
}

/** The rows after one, in the order of tenants and rows; those of the service come first. */
async function readRows(
  db: Kysely<Schema>,
  { table, tenant, row, column }: SealedColumn,
  after: SealedRow | undefined,
): Promise<SealedRow[]> {
  const place = sql`(coalesce(${sql.ref(tenant)}, ''), ${sql.ref(row)})`;
  const { rows } = await sql<SealedRow>`
    select ${sql.ref(tenant)} as tenant, ${sql.ref(row)} as row, ${sql.ref(column)} as sealed from ${sql.table(table)}
    ${after ? sql`where ${place} > (${after.tenant ?? ''}, ${after.row})` : sql``}
    order by coalesce(${sql.ref(tenant)}, ''), ${sql.ref(row)} limit ${batch}`.execute(db);
  return rows;
}

async function reseal(
  db: Kysely<Schema>,
  { table, tenant, row, column }: SealedColumn,
  found: SealedRow,
  keys: readonly SecretKey[],
  done: Rotation,
): Promise<void> {
  if (sealedUnder(found.sealed) === keys[0]?.id) {
    done.current += 1;
    return;
  }
  const place: SealPlace = { tenant: found.tenant, table, row: found.row };
  let sealed: string;
  try {
    sealed = seal(unseal(found.sealed, place, keys), place, keys);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    done.failures.push(error.message);
    return;
  }
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} set ${sql.ref(column)} = ${sealed}
    where ${sql.ref(row)} = ${found.row} and ${sql.ref(tenant)} is not distinct from ${found.tenant}
      and ${sql.ref(column)} = ${found.sealed}`.execute(db);
  if (numAffectedRows) done.resealed += 1;
  else done.changed += 1;
}
