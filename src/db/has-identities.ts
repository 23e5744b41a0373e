import { type Kysely, sql } from 'kysely';
import { asService } from '../tenancy.ts';
import type { Schema } from './schema.ts';

/** Whether anybody was ever given a key or an account, usable or not. */
export async function hasIdentities(db: Kysely<Schema>): Promise<boolean> {
  const { rows } = await asService(() =>
    sql<{ any: boolean }>`select
      exists (select from baton.api_key) or exists (select from baton.user) as any`.execute(db),
  );
  return rows[0]?.any ?? false;
}

/** Whether anybody could come in just now. */
export async function hasUsableIdentities(db: Kysely<Schema>): Promise<boolean> {
  const { rows } = await asService(() =>
    sql<{ any: boolean }>`select
      exists (
        select from baton.api_key where revoked_at is null and coalesce(expires_at, 'infinity') > now()
      ) or exists (select from baton.user where status = 'active') as any`.execute(db),
  );
  return rows[0]?.any ?? false;
}
