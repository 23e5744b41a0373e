import { describe, expect, test } from 'vitest';
import { bars } from '../../bench/search/bars.ts';
import { bm25Of } from '../../bench/search/bm25.ts';
import { qualityOf, rankOf, shareFound, timesOf } from '../../bench/search/figures.ts';
import { makeArticles } from '../../bench/search/make-articles.ts';
import type { Article } from '../../bench/search/passages.ts';

describe('figures', () => {
  test('count a right answer by its place, and one that is missing as nothing', () => {
    const quality = qualityOf([1, 2, 6, undefined]);
    expect(quality['hit@1']).toBe(1 / 4);
    expect(quality['recall@5']).toBe(2 / 4);
    expect(quality['mrr@10']).toBeCloseTo((1 + 1 / 2 + 1 / 6) / 4);
    expect(quality['ndcg@10']).toBeCloseTo((1 + 1 / Math.log2(3) + 1 / Math.log2(7)) / 4);
  });

  test('a rank counts from one', () => {
    expect(rankOf([7, 8], 8)).toBe(2);
    expect(rankOf([7, 8], 9)).toBeUndefined();
  });

  test('what is found is a share of what there is to be found', () => {
    expect(shareFound([1, 2, 3], [3, 4])).toBe(0.5);
    expect(shareFound([1], [])).toBe(1);
  });

  test('times are those that half and nineteen in twenty are below', () => {
    expect(timesOf(Array.from({ length: 100 }, (_, n) => 100 - n))).toEqual({ p50: 51, p95: 96 });
  });
});

describe('BM25', () => {
  const search = bm25Of(['the cat sat', 'the dog sat on the mat', 'a bird', 'the end']);

  test('rare words weigh more than common ones, and short texts more than long ones', () => {
    expect(search('the bird', 10)[0]).toBe(2);
    expect(search('sat', 10)).toEqual([0, 1]);
  });

  test('what has none of the words is not found', () => {
    expect(search('zebra', 10)).toEqual([]);
  });
});

describe('made articles', () => {
  const given: Article[] = ['river', 'music'].map((title) => ({
    title,
    passages: Array.from({ length: 5 }, (_, n) => ({
      id: `${title}#${n}`,
      text: `Everything about ${title} number ${n} begins somewhere in ancient history. Nobody remembers which people wanted ${title} afterwards.`,
    })),
  }));
  const take = (count: number) => {
    const source = makeArticles(given);
    return Array.from({ length: count }, () => source.next().value as Article); // it never ends
  };

  test('are the same at each run', () => {
    expect(take(3)).toEqual(take(3));
  });

  test('differ from one another and from what they are made of', () => {
    const texts = take(20).flatMap(({ passages }) => passages.map(({ text }) => text));
    expect(new Set(texts).size).toBe(texts.length);
    const known = new Set(given.flatMap(({ passages }) => passages.map(({ text }) => text)));
    expect(texts.filter((text) => known.has(text))).toEqual([]);
  });

  test('have words of what they are made of, and ids of their own', () => {
    const [one, other] = take(2);
    expect(one?.passages[0]?.text).toMatch(/Everything|Nobody|begins|history|number/);
    const ids = [one, other].flatMap((article) => article?.passages.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a bar', () => {
  const quality = (all: number) => ({ 'hit@1': all, 'recall@5': all, 'mrr@10': all, 'ndcg@10': all });
  const ms = { p50: 1, p95: 1 };
  const run = (bm25: number, hybrid: number) => [
    { where: 'memory', how: 'BM25', ms, quality: quality(bm25) },
    { where: 'pglite', how: 'hybrid', ms, quality: quality(hybrid) },
  ];

  test('is met by what is better than BM25 in the same run', () => {
    expect(bars(run(0.5, 0.6), false).map(({ isMet }) => isMet)).toEqual([true, true, true]);
    expect(bars(run(0.6, 0.6), false).map(({ isMet }) => isMet)).toEqual([false, false, false]);
  });

  test('of all questions is also what BM25 is known to reach', () => {
    expect(bars(run(0.5, 0.83), true).map(({ figure, isMet }) => [figure, isMet])).toEqual([
      ['hit@1', true],
      ['recall@5', false],
      ['mrr@10', true],
    ]);
  });
});
