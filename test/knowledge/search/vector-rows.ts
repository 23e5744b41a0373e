import { randomUUID } from 'node:crypto';
import { type Kysely, type KyselyPlugin, RawNode, sql } from 'kysely';
import type { Schema } from '../../../src/db/schema.ts';
import type { Metric } from '../../../src/db/tables/knowledge-tables.ts';
import type { VectorSpace } from '../../../src/knowledge/embed/vector-space.ts';
import { asOwner } from '../../../src/tenancy.ts';

export interface Rows {
  space: VectorSpace;
  documentId: string;
  /** Of each vector in turn. */
  chunkNos: number[];
}

export interface RowsToMake {
  vectors: readonly (readonly number[])[];
  metric?: Metric;
  /** Of the documents, among which the vectors are dealt out in turn. */
  metadata?: readonly object[];
  live?: boolean;
}

/** A collection with a space, documents, and a chunk for each vector; without words, since nothing here searches for them. */
export async function makeRows(
  db: Kysely<Schema>,
  { vectors, metric = 'cosine', metadata = [{}], live = true }: RowsToMake,
): Promise<Rows> {
  const dimensions = vectors[0]?.length ?? 3;
  const { collection_no: collectionNo } = await db
    .insertInto('baton.collection')
    .values({
      collection: `c-${randomUUID()}`,
      metric,
      chunk_tokens: 100,
      overlap_tokens: 0,
      chunks: live ? vectors.length : 0,
    })
    .returning('collection_no')
    .executeTakeFirstOrThrow();
  const { space_no: spaceNo } = await db
    .insertInto('baton.embedding_space')
    .values({ collection_no: collectionNo, model: 'told', dimensions })
    .returning('space_no')
    .executeTakeFirstOrThrow();
  const documents = await makeDocuments(db, collectionNo, metadata, vectors.length / metadata.length);
  const { rows } = await sql<{ chunk_no: number }>`
    insert into baton.chunk (collection_no, document_id, version, position, chunk_id, text, tokens, language, terms, counts, words, live)
    select ${collectionNo}, (${documents}::uuid[])[1 + n % ${documents.length}], 1, n, 'id' || n, 'text', 1, 'en', '{}', '{}', 0, ${live}
    from generate_series(0, ${vectors.length - 1}) n order by n returning chunk_no`.execute(db);
  const chunkNos = rows.map((row) => row.chunk_no).sort((a, b) => a - b);
  await sql`
    insert into baton.chunk_vector (space_no, chunk_no, embedding)
    select ${spaceNo}, chunk_no, embedding::halfvec
    from unnest(${chunkNos}::bigint[], ${vectors.map((vector) => JSON.stringify(vector))}::text[]) as given (chunk_no, embedding)`.execute(
    db,
  );
  await asOwner(() => sql`analyze baton.chunk, baton.chunk_vector, baton.document`.execute(db));
  return {
    space: { spaceNo, collectionNo, dimensions, metric, indexed: false },
    documentId: documents[0] ?? '',
    chunkNos,
  };
}

async function makeDocuments(
  db: Kysely<Schema>,
  collectionNo: number,
  metadata: readonly object[],
  chunksEach: number,
): Promise<string[]> {
  const rows = await db
    .insertInto('baton.document')
    .values(
      metadata.map((own, n) => ({
        collection_no: collectionNo,
        key: `key-${n}`,
        metadata: JSON.stringify(own),
        serving: 1,
      })),
    )
    .returning('document_id')
    .execute();
  const ids = rows.map((row) => row.document_id);
  await sql`
    insert into baton.document_version (document_id, version, content_hash, bytes, settings, status, chunks)
    select id, 1, 'hash', 1, 'settings', 'ready', ${Math.ceil(chunksEach)}::int from unnest(${ids}::uuid[]) id`.execute(
    db,
  );
  return ids;
}

/** Unit vectors that are the same at each run. */
export function scatter(count: number, dimensions: number): number[][] {
  let state = 42;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return Array.from({ length: count }, () => {
    const vector = Array.from({ length: dimensions }, next);
    const length = Math.hypot(...vector);
    return vector.map((value) => Number((value / length).toFixed(4)));
  });
}

/** The same database, which tells the plans of what is asked of vectors instead of rows. */
export function explaining(db: Kysely<Schema>, tell: (plan: string) => void): Kysely<Schema> {
  const explained = new WeakSet<object>();
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      if (!RawNode.is(node) || !JSON.stringify(node).includes('chunk_vector')) return node;
      explained.add(queryId);
      const [first = '', ...rest] = node.sqlFragments;
      return { ...node, sqlFragments: [`explain ${first}`, ...rest] };
    },
    async transformResult({ result, queryId }) {
      if (!explained.has(queryId)) return result;
      tell(result.rows.map((row) => row['QUERY PLAN']).join('\n'));
      return { ...result, rows: [] };
    },
  };
  return db.withPlugin(plugin);
}
