import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { MailTokenTable } from '../db/tables/user-tables.ts';
import { currentTenant } from '../tenancy.ts';
import { hashSecret, newSecret, writeSecret } from './secret-text.ts';

export type MailPurpose = MailTokenTable['purpose'];

/** How long each can be used, in hours. */
export const mailTokenHours: Record<MailPurpose, number> = { reset: 1, invitation: 7 * 24 };

/** A token for a user of the current tenant, to be sent to it. Those that it was sent before for the same are void from now on. */
export function makeMailToken(db: Kysely<Schema>, userId: string, purpose: MailPurpose): Promise<string> {
  const secret = newSecret(currentTenant(), randomUUID());
  return db.transaction().execute(async (trx) => {
    await trx
      .deleteFrom('baton.mail_token')
      .where('user_id', '=', userId)
      .where('purpose', '=', purpose)
      .execute();
    await trx
      .insertInto('baton.mail_token')
      .values({
        token_hash: hashSecret(secret),
        user_id: userId,
        purpose,
        expires_at: sql<Date>`now() + make_interval(hours => ${mailTokenHours[purpose]})`,
      })
      .execute();
    return writeSecret(secret);
  });
}
