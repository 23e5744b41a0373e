import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';

/** The bytes of a content, one part at a time. */
export async function* readParts(db: Kysely<Schema>, contentId: string): AsyncGenerator<Uint8Array> {
  for (let part = 0; ; part++) {
    const found = await db
      .selectFrom('baton.document_part')
      .select('bytes')
      .where('content_id', '=', contentId)
      .where('part', '=', part)
      .executeTakeFirst();
    if (!found) return;
    yield found.bytes;
  }
}
