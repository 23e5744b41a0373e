import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Fused } from './fuse.ts';
import { type Passage, type PassageRange, passageId } from './passage.ts';

/**
 * What was found, as passages with their documents' facts, those of the oldest document first, each in its own order; without
 * what may be found no more.
 */
export async function readPassages(db: Kysely<Schema>, found: readonly Fused[]): Promise<Passage[]> {
  if (found.length === 0) return [];
  const rows = await selectRows(
    db,
    found.map(({ chunk_no }) => chunk_no),
  );
  const hits = new Map(found.map((hit) => [hit.chunk_no, hit]));
  return rows.sort(byAge).flatMap((row) => {
    const hit = hits.get(row.chunk_no);
    return hit ? [toPassage(row, hit)] : [];
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
    .select(['held.collection', 'document.key', 'document.name', 'document.url', 'document.created_at'])
    .where('own.chunk_no', '=', sql<number>`any(${chunks}::bigint[])`)
    .where('own.live', '=', true)
    .execute();
}

/** Of the documents, which a new version changes nothing of; then where in the document. */
function byAge(one: Row, other: Row): number {
  return (
    one.created_at.getTime() - other.created_at.getTime() ||
    (one.document_id < other.document_id ? -1 : one.document_id > other.document_id ? 1 : 0) ||
    one.position - other.position
  );
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
