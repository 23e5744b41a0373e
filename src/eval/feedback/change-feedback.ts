import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { cleanComment } from './clean-comment.ts';
import type { Feedback } from './give-feedback.ts';
import { whoAsks } from './who-asks.ts';

/** The caller's own feedback. Undefined where there is none with this id, or it is somebody else's. */
export async function getOwnFeedback(db: Kysely<Schema>, id: string): Promise<Feedback | undefined> {
  const giver = whoAsks();
  const found = await db
    .selectFrom('baton.feedback')
    .selectAll()
    .where('feedback_id', '=', id)
    .where('giver_kind', '=', giver.kind)
    .where('giver', '=', giver.id)
    .executeTakeFirst();
  return found && withoutTenant(found);
}

/** Changes what is named of the caller's own feedback. Undefined as above. */
export async function changeFeedback(
  db: Kysely<Schema>,
  id: string,
  { score, comment }: { score?: number | undefined; comment?: string | null | undefined },
): Promise<Feedback | undefined> {
  const giver = whoAsks();
  const changed = await db
    .updateTable('baton.feedback')
    .set({
      ...(score !== undefined && { score }),
      ...(comment !== undefined && { comment: cleanComment(comment) }),
      updated_at: sql`now()`,
    })
    .where('feedback_id', '=', id)
    .where('giver_kind', '=', giver.kind)
    .where('giver', '=', giver.id)
    .returningAll()
    .executeTakeFirst();
  return changed && withoutTenant(changed);
}

/** Takes the caller's own feedback back. False where there is none. */
export async function deleteFeedback(db: Kysely<Schema>, id: string): Promise<boolean> {
  const giver = whoAsks();
  const { numDeletedRows } = await db
    .deleteFrom('baton.feedback')
    .where('feedback_id', '=', id)
    .where('giver_kind', '=', giver.kind)
    .where('giver', '=', giver.id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

function withoutTenant<Row extends { tenant_id: string }>({
  tenant_id: _,
  ...row
}: Row): Omit<Row, 'tenant_id'> {
  return row;
}
