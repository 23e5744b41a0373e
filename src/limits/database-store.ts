import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { asService } from '../tenancy.ts';
import { type LimitStore, slices } from './limit-store.ts';

interface Row {
  used: number;
  wait_ms: number;
  fits: boolean;
}

/** Counts that all processes share over the database: one statement, whatever the number of limits. */
export function databaseStore(db: Kysely<Schema>): LimitStore {
  return {
    async take(charges, now) {
      const keys = charges.map(({ key }) => key);
      const costs = charges.map(({ cost }) => cost);
      const quotas = charges.map(({ quota }) => quota);
      const widths = charges.map(({ windowMs }) => windowMs / slices);
      const { rows } = await asService(() =>
        sql<Row>`select * from baton.take_limits(
          ${keys}::text[], ${costs}::int[], ${quotas}::int[], ${widths}::int[], ${now ?? null}::bigint)`.execute(
          db,
        ),
      );
      return rows.map(({ used, wait_ms: waitMs, fits }) => ({ used, waitMs, fits }));
    },
  };
}

/** Deletes counts that are over. */
export async function sweepCounts(db: Kysely<Schema>): Promise<void> {
  await asService(() =>
    db.deleteFrom('baton.limit_count').where('expires_at', '<', sql<Date>`now()`).execute(),
  );
}
