import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Fused } from './fuse.ts';
import { type Passage, type PassageRange, passageId } from './passage.ts';

/** What was found, as passages with their documents' facts, in the same order; without what may be found no more. */
export async function readPassages(db: Kysely<Schema>, found: readonly Fused[]): Promise<Passage[]> {
  if (found.length === 0) return [];
  const rows = await selectRows(
    db,
    found.map(({ chunk_no }) => chunk_no),
  );
  const byNumber = new Map(rows.map((row) => [row.chunk_no, row]));
  return found.flatMap((hit) => {
    const row = byNumber.get(hit.chunk_no);
    return row ? [toPassage(row, hit)] : [];
  });
}

function selectRows(db: Kysely<Schema>, chunks: number[]) {
  return db
    .selectFrom('baton.chunk as own')
    .innerJoin('baton.document as document', (join) =>
      join
        .onRef('document.tenant_id', '=', 'own.tenant_id')
        .onRef('document.document_id', '=', 'own.document_id'),
    )
    .innerJoin('baton.collection as held', (join) =>
      join
        .onRef('held.tenant_id', '=', 'own.tenant_id')
        .onRef('held.collection_no', '=', 'own.collection_no'),
    )
    .select(['own.chunk_no', 'own.chunk_id', 'own.document_id', 'own.version', 'own.position', 'own.title'])
    .select(['own.headings', 'own.place', 'own.text', 'own.language'])
    .select(['held.collection', 'document.key', 'document.name', 'document.url'])
    .where('own.chunk_no', '=', sql<number>`any(${chunks}::bigint[])`)
    .where('own.live', '=', true)
    .execute();
}

type Row = Awaited<ReturnType<typeof selectRows>>[number];

function toPassage(row: Row, { score, lexical, vector }: Fused): Passage {
  const { name, title, url } = row;
  return {
    id: passageId(row.chunk_id),
    chunkId: row.chunk_id,
    documentId: row.document_id,
    collection: row.collection,
    version: row.version,
    key: row.key,
    ...(name === null ? {} : { name }),
    ...(title === null ? {} : { title }),
    ...(url === null ? {} : { url }),
    headings: row.headings,
    ...(row.place as Place), // as `keepChunks` writes it
    position: row.position,
    text: row.text,
    language: row.language,
    score,
    parts: { ...(lexical === undefined ? {} : { lexical }), ...(vector === undefined ? {} : { vector }) },
  };
}

interface Place {
  pages?: PassageRange;
  slides?: PassageRange;
  sheet?: string;
}
