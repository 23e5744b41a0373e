import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { searchKnowledge } from '../../../src/knowledge/search/search-knowledge.ts';
import { createLocalEmbedder } from '../../../src/model/local-embedder.ts';
import { inTenant, localTenant } from '../../../src/tenancy.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { putCollection } from './put-documents.ts';

const folder = path.resolve(import.meta.dirname, '../../../../shared/data/retrieval_squad_share');
const isThere = existsSync(folder);
if (!isThere) process.stdout.write(`Skipped: there is no ${folder}.\n`);

/** What BM25 without stems and titles reaches on all of the questions. */
const bm25 = { first: 0.745, inFive: 0.915, reciprocalRank: 0.822 };

test.skipIf(!isThere)(
  'hybrid search with the local embedder finds clearly more than BM25',
  async () => {
    const { db } = await openTestDatabase();
    const embedder = createLocalEmbedder();
    const passages = Map.groupBy(readLines('corpus.jsonl'), ({ title = '' }) => title);
    const documents = [...passages].map(([title, found]) => ({
      key: title,
      title,
      texts: found.map(({ text }) => text),
    }));
    await putCollection(db, 'squad', documents, embedder);
    const texts = new Map([...passages.values()].flat().map(({ id, text }) => [id, text]));
    const gold = new Map(readRows('qrels.tsv').map(([question = '', passage = '']) => [question, passage]));
    const ranks: number[] = [];
    for (const { id, text } of readLines('queries.jsonl').filter((_, index) => index % 20 === 0)) {
      const asked = { query: text, collections: ['squad'], limit: 10 };
      const found = await inTenant(localTenant, () => searchKnowledge(db, embedder, asked));
      const right = texts.get(gold.get(id) ?? '');
      ranks.push(found.findIndex((passage) => passage.text === right) + 1);
    }
    const share = (scoreOf: (rank: number) => number) =>
      ranks.reduce((sum, rank) => sum + (rank > 0 ? scoreOf(rank) : 0), 0) / ranks.length;
    expect(share((rank) => (rank === 1 ? 1 : 0))).toBeGreaterThan(bm25.first + 0.03);
    expect(share((rank) => (rank <= 5 ? 1 : 0))).toBeGreaterThan(bm25.inFive + 0.015);
    expect(share((rank) => 1 / rank)).toBeGreaterThan(bm25.reciprocalRank + 0.02);
  },
  300_000,
);

function readLines(file: string): { id: string; text: string; title?: string }[] {
  const lines = readFileSync(path.join(folder, file), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

function readRows(file: string): string[][] {
  const lines = readFileSync(path.join(folder, file), 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => line.split('\t'));
}
