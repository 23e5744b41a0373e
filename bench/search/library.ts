import { sql } from 'kysely';
import { createCollection } from '../../src/knowledge/collections/collections.ts';
import { sweepChunkIndexes } from '../../src/knowledge/embed/chunk-index.ts';
import type { VectorSpace } from '../../src/knowledge/embed/vector-space.ts';
import type { Embedder } from '../../src/model/embedder.ts';
import { asOwner } from '../../src/tenancy.ts';
import { keyOf, loadArticle } from './load.ts';
import { makeArticles } from './make-articles.ts';
import type { Article } from './passages.ts';
import type { Stage } from './stage.ts';
import { fillTsRank } from './ts-rank.ts';

export const collection = 'bench';
export const shards = 100;

/** The same passages in every database, and what is to be known of them. */
export interface Library {
  embedder: Embedder;
  passages: Passage[];
  shelves: Shelf[];
  /** Brings it to a number of passages, and makes what searches need. */
  growTo(size: number): Promise<Grown>;
}

export interface Passage {
  id: string;
  title: string;
  text: string;
  shard: number;
  /** As it was embedded, before it was kept with half the precision. */
  vector: Float32Array;
}

/** The passages in one database. */
export interface Shelf {
  stage: Stage;
  space: VectorSpace;
  /** Where a passage stands in `passages`. */
  atOf: Map<number, number>;
  placeOf: Map<string, number>;
}

export interface Grown {
  passages: number;
  embedMs: number;
  kept: Record<string, Kept>;
}

/** Of one database; milliseconds a passage since the size before, without embedding it; seconds; megabytes. */
export interface Kept {
  keepMs: number;
  indexSeconds: number;
  megabytes: Record<string, number>;
}

export async function openLibrary(
  stages: readonly Stage[],
  own: Embedder,
  given: readonly Article[],
): Promise<Library> {
  const passages: Passage[] = [];
  const embedder = rememberingTexts(own);
  const source = allArticles(given);
  const shelves: Shelf[] = [];
  let articles = 0;
  for (const { database } of stages) await createCollection(database.db, { name: collection });

  async function loadNext(spent: Map<Stage, number>): Promise<void> {
    const article = { ...source.next().value, shard: articles++ % shards };
    embedder.made.length = 0;
    for (const stage of stages) {
      const before = performance.now() - embedder.milliseconds;
      await loadArticle(stage.database.db, embedder, collection, article);
      spent.set(stage, (spent.get(stage) ?? 0) + performance.now() - embedder.milliseconds - before);
    }
    for (const [at, { id, text }] of article.passages.entries()) {
      const vector = Float32Array.from(embedder.made[at] ?? []);
      passages.push({ id, text, title: article.title, shard: article.shard, vector });
    }
  }

  return {
    embedder: own,
    passages,
    shelves,
    async growTo(size) {
      const spent = new Map<Stage, number>();
      const [before, embeddedBefore] = [passages.length, embedder.milliseconds];
      const least = Math.max(size, given.flatMap((article) => article.passages).length);
      while (passages.length < least) {
        await loadNext(spent);
        if (articles % 25 === 0) process.stderr.write(`${passages.length} of ${least} passages\n`);
      }
      const added = passages.length - before;
      const kept: Record<string, Kept> = {};
      shelves.length = 0;
      for (const stage of stages) {
        const indexSeconds = await makeReady(stage);
        shelves.push(await readShelf(stage, passages));
        const megabytes = await sizesOf(stage);
        kept[stage.name] = { keepMs: (spent.get(stage) ?? 0) / added, indexSeconds, megabytes };
      }
      return { passages: passages.length, embedMs: (embedder.milliseconds - embeddedBefore) / added, kept };
    },
  };
}

function* allArticles(given: readonly Article[]): Generator<Article, never> {
  yield* given;
  yield* makeArticles(given);
  throw new Error('There is always one more.');
}

/** What is asked for several databases one after another is embedded once. */
function rememberingTexts(own: Embedder) {
  const known = new Map<string, number[][]>();
  const embedder = {
    model: own.model,
    dimensions: own.dimensions,
    milliseconds: 0,
    /** In order, since it was last emptied. */
    made: [] as number[][],
    async embed(texts: string[]) {
      const asked = texts.join('\n');
      const remembered = known.get(asked);
      if (remembered) return remembered;
      if (embedder.made.length === 0) known.clear();
      const begun = performance.now();
      const vectors = await own.embed(texts);
      embedder.milliseconds += performance.now() - begun;
      embedder.made.push(...vectors);
      known.set(asked, vectors);
      return vectors;
    },
  };
  return embedder;
}

/** Seconds that the index of the vectors took, or a look at whether there is to be one. */
async function makeReady({ name, database: { db } }: Stage): Promise<number> {
  process.stderr.write(`${name}: making indexes\n`);
  const begun = performance.now();
  await sweepChunkIndexes(db);
  const seconds = (performance.now() - begun) / 1_000;
  await fillTsRank(db);
  // What a server does by itself a minute later.
  if (name === 'postgres') await asOwner(() => sql`vacuum analyze`.execute(db));
  return seconds;
}

async function readShelf(stage: Stage, passages: readonly Passage[]): Promise<Shelf> {
  const { db } = stage.database;
  const { rows: spaces } = await sql<VectorSpace>`
    select made.space_no as "spaceNo", collection_no as "collectionNo", dimensions, metric, indexed
    from baton.embedding_space made join baton.collection using (collection_no)`.execute(db);
  const { rows } = await sql<{ chunk_no: number; key: string; position: number }>`
    select chunk_no, key, position from baton.chunk join baton.document using (document_id) order by chunk_no`.execute(
    db,
  );
  const [space] = spaces;
  if (!space || rows.length !== passages.length) throw new Error('Passages are missing.');
  const ofKey = rows.map(({ key, position }) => `${key} ${position}`);
  rows.forEach(({ key }, at) => {
    if (key !== keyOf(passages[at]?.id ?? '')) throw new Error('The passages are in another order.');
  });
  return {
    stage,
    space,
    atOf: new Map(rows.map(({ chunk_no }, at) => [chunk_no, at])),
    placeOf: new Map(ofKey.map((place, at) => [place, at])),
  };
}

async function sizesOf({ database: { db } }: Stage): Promise<Record<string, number>> {
  const { rows } = await asOwner(() =>
    sql<{ name: string; bytes: number }>`
      select 'chunks' as name, pg_total_relation_size('baton.chunk') as bytes
      union all select 'vectors', pg_table_size('baton.chunk_vector')
      union all select 'hnsw', coalesce(sum(pg_relation_size(oid)), 0) from pg_class where starts_with(relname, 'chunk_vector_hnsw_')
      union all select 'postings', pg_total_relation_size('baton.posting')
      union all select 'ts_rank', pg_total_relation_size('bench_text')`.execute(db),
  );
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, Math.round(Number(bytes) / 1e5) / 10]));
}
