import { sql } from 'kysely';
import { asService, inTenant } from '../tenancy.ts';
import type { TurnContext } from './turns.ts';

interface Forgotten {
  tenant_id: string;
  document_id: string;
  version: number;
}

/** Puts documents back into the queue that are waited for and that it has lost sight of, as when nobody worked it off for weeks. */
export async function readmitDocuments({ db, queue }: Pick<TurnContext, 'db' | 'queue'>): Promise<void> {
  const { rows } = await asService(() =>
    sql<Forgotten>`
      select made.tenant_id, made.document_id, made.version
      from baton.document_version made
      where made.status in ('waiting', 'reading', 'embedding') and made.updated_at < now() - interval '15 minutes'
        and not exists (
          select from baton_queue.job known
          where known.name = 'document' and known.state < 'completed' and known.data ->> 'documentId' = made.document_id::text)
      limit 100`.execute(db),
  );
  for (const { tenant_id, document_id, version } of rows)
    await inTenant(tenant_id, () => queue.addJob(db, 'document', { documentId: document_id, version }));
}
