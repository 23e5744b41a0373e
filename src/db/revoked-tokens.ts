import { type Kysely, sql } from 'kysely';
import { inTenant } from '../tenancy.ts';
import type { Schema } from './schema.ts';

/** Takes a token back, and forgets those that have run out since. */
export async function revokeToken(
  db: Kysely<Schema>,
  token: { tokenId: string; expiresAt: Date; revokedBy: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('baton.revoked_token').where('expires_at', '<', sql<Date>`now()`).execute();
    await trx
      .insertInto('baton.revoked_token')
      .values({ token_id: token.tokenId, expires_at: token.expiresAt, revoked_by: token.revokedBy })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'token_id']).doNothing())
      .execute();
  });
}

/** Whether a tenant's token was taken back. */
export async function isRevoked(db: Kysely<Schema>, tenant: string, tokenId: string): Promise<boolean> {
  const found = await inTenant(tenant, () =>
    db
      .selectFrom('baton.revoked_token')
      .select('token_id')
      .where('token_id', '=', tokenId)
      .executeTakeFirst(),
  );
  return found !== undefined;
}
