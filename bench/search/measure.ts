import { nearestChunks } from '../../src/knowledge/search/nearest-chunks.ts';
import { type SearchMode, searchKnowledge } from '../../src/knowledge/search/search-knowledge.ts';
import { bm25Of } from './bm25.ts';
import { meanOf, type Quality, qualityOf, rankOf, shareFound, type Times, timesOf } from './figures.ts';
import { collection, type Library, type Passage, type Shelf } from './library.ts';
import { type Question, someOf } from './passages.ts';
import { searchTsRank } from './ts-rank.ts';

/** What came out of asking one way in one place. */
export interface Search {
  /** `memory`, or the database. */
  where: string;
  how: string;
  ms: Times;
  /** Where it is known what is right. */
  quality?: Quality;
  /** How many of the ten that are nearest by full vectors were among the first ten. */
  recall?: number;
}

export interface Measured {
  questions: number;
  searches: Search[];
}

interface Asked {
  text: string;
  vector: number[];
  answer: number;
  /** The nearest, of all and of one shard; where they were looked for. */
  nearest?: { all: number[]; shard: number[] };
}

interface Way {
  where: string;
  how: string;
  /** Places in the library's passages, best first. */
  search(asked: Asked): Promise<number[]> | number[];
  truth?: 'all' | 'shard';
}

const limit = 10;
const shard = 7;
const questionsWithTruth = 60;
const warmUps = 5;

/** Asks every question in every way, one way after another, beginning with another one each time. */
export async function measure(
  library: Library,
  questions: readonly Question[],
  hasAnswers: boolean,
): Promise<Measured> {
  const asked = await prepare(library, questions);
  const ways = [memory(library), ...library.shelves.flatMap((shelf) => waysOf(library, shelf))];
  const notes = ways.map(() => ({
    ms: [] as number[],
    ranks: [] as (number | undefined)[],
    found: [] as number[],
  }));
  for (const one of asked.slice(0, warmUps)) for (const way of ways) await way.search(one);
  for (const [nth, one] of asked.entries()) {
    for (let turn = 0; turn < ways.length; turn++) {
      const at = (nth + turn) % ways.length;
      const [way, note] = [ways[at], notes[at]];
      if (!way || !note) continue;
      const begun = performance.now();
      const found = await way.search(one);
      note.ms.push(performance.now() - begun);
      note.ranks.push(rankOf(found, one.answer));
      if (way.truth && one.nearest) note.found.push(shareFound(found, one.nearest[way.truth]));
    }
    if (nth % 100 === 99) process.stderr.write(`${nth + 1} of ${asked.length} questions\n`);
  }
  const searches = ways.map(({ where, how, truth }, at) => {
    const { ms = [], ranks = [], found = [] } = notes[at] ?? {};
    return {
      where,
      how,
      ms: timesOf(ms),
      ...(hasAnswers && truth !== 'shard' && { quality: qualityOf(ranks) }),
      ...(truth && { recall: meanOf(found) }),
    };
  });
  return { questions: asked.length, searches };
}

async function prepare(library: Library, questions: readonly Question[]): Promise<Asked[]> {
  const places = new Map(library.passages.map(({ id }, at) => [id, at]));
  const vectors = await library.embedder.embed(questions.map(({ text }) => text));
  const asked: Asked[] = questions.map(({ text, answer }, at) => ({
    text,
    vector: vectors[at] ?? [],
    answer: places.get(answer) ?? -1,
  }));
  for (const one of someOf(asked, questionsWithTruth)) {
    const scores = library.passages.map(({ vector }) => dot(vector, one.vector));
    one.nearest = {
      all: best(scores, () => true),
      shard: best(scores, (at) => library.passages[at]?.shard === shard),
    };
  }
  return asked;
}

/** Vectors have unit length: this is the cosine. */
function dot(one: Float32Array, other: number[]): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}

function best(scores: readonly number[], isWanted: (at: number) => boolean): number[] {
  const wanted = [...scores.keys()].filter(isWanted);
  return wanted.sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0)).slice(0, limit);
}

function memory({ passages }: Library): Way {
  const search = bm25Of(passages.map(textOf));
  return { where: 'memory', how: 'BM25', search: ({ text }) => search(text, limit) };
}

/** What the product looks at, too. */
function textOf({ title, text }: Passage): string {
  return `${title} ${text}`;
}

function waysOf({ embedder }: Library, { stage, space, atOf, placeOf }: Shelf): Way[] {
  const { db } = stage.database;
  const places = (numbers: number[]) => numbers.map((chunk) => atOf.get(chunk) ?? -1);
  const by = (mode: SearchMode): Way['search'] =>
    async function search({ text }) {
      const found = await searchKnowledge(db, embedder, {
        query: text,
        collections: [collection],
        limit,
        mode,
      });
      return found.map(({ key, position }) => placeOf.get(`${key} ${position}`) ?? -1);
    };
  const near = (indexed: boolean, filter?: { metadata: { shard: number } }): Way['search'] =>
    async function search({ vector }) {
      const found = await nearestChunks(db, { ...space, indexed }, vector, { limit, filter });
      return places(found.map(({ chunk_no }) => chunk_no));
    };
  const oneShard = { metadata: { shard } };
  const where = stage.name;
  return [
    { where, how: 'hybrid', search: by('hybrid') },
    { where, how: 'lexical', search: by('lexical') },
    { where, how: 'vector', search: by('vector') },
    ...(space.indexed
      ? [
          { where, how: 'HNSW alone', search: near(true), truth: 'all' as const },
          { where, how: 'HNSW, 1 % pass a filter', search: near(true, oneShard), truth: 'shard' as const },
        ]
      : []),
    { where, how: 'exact scan', search: near(false), truth: 'all' },
    { where, how: 'exact scan, 1 % pass a filter', search: near(false, oneShard), truth: 'shard' },
    { where, how: 'ts_rank_cd', search: async ({ text }) => places(await searchTsRank(db, text, limit)) },
  ];
}
