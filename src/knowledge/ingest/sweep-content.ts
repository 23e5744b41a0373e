import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { asService } from '../../tenancy.ts';

/** Deletes bytes that became no version's since a day ago, as when a process ended while they came. */
export async function sweepContent(db: Kysely<Schema>, limit = 50): Promise<void> {
  await asService(() =>
    sql`
      delete from baton.document_content where (tenant_id, content_id) in (
        select tenant_id, content_id from baton.document_content kept
        where touched_at < now() - interval '1 day' and not exists (
          select from baton.document_version own
          where own.tenant_id = kept.tenant_id and own.content_id = kept.content_id)
        limit ${limit})`.execute(db),
  );
}
