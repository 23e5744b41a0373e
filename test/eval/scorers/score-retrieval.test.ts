import { expect, test } from 'vitest';
import { scoreRetrieval } from '../../../src/eval/scorers/score-retrieval.ts';
import { passageOf, seenOf } from './seen.ts';
import { type Topic, topics } from './trec-eval.ts';

const figures = topics.flatMap((topic) =>
  Object.keys(topic.recall).map((cut) => ({ name: topic.topic, topic, cut: Number(cut) })),
);

test.each(figures)('topic $name at $cut is scored as trec_eval scores it', async ({ topic, cut }) => {
  const passages = Array.from({ length: topic.ranks }, (_, at) => {
    const document = topic.found[at + 1] ?? `not-relevant-${at + 1}`;
    return passageOf(`p-${at + 1}`, document);
  });
  const relevant = Object.fromEntries(relevantOf(topic).map((id) => [id, 1]));
  const scores = await scoreRetrieval({ relevant, by: 'document', cut }, seenOf({ passages }));
  const value = (name: string) => Number(scores.find(({ scorer }) => scorer === name)?.value?.toFixed(4));
  expect(value('recall')).toBe(topic.recall[cut]);
  expect(value('ndcg')).toBe(topic.ndcg[cut]);
  const first = Math.min(...Object.keys(topic.found).map(Number));
  expect(value('mrr')).toBe(first <= cut ? topic.reciprocalRank : 0);
});

function relevantOf({ found, missed }: Topic): string[] {
  const others = Array.isArray(missed) ? missed : Array.from({ length: missed }, (_, at) => `missed-${at}`);
  return [...Object.values(found), ...others];
}

test('of passages of one document the first counts, and of an id that comes twice', async () => {
  const passages = [passageOf('1', 'a'), passageOf('2', 'a'), passageOf('3', 'b'), passageOf('1', 'a')];
  const [byDocument] = await scoreRetrieval(
    { relevant: { b: 1 }, by: 'document', cut: 2 },
    seenOf({ passages }),
  );
  expect(byDocument).toMatchObject({ scorer: 'recall', value: 1, passed: true });
  const [byPassage] = await scoreRetrieval(
    { relevant: { 3: 1 }, by: 'passage', cut: 2 },
    seenOf({ passages }),
  );
  expect(byPassage).toMatchObject({ value: 0, passed: false });
});

test('without least scores one that is relevant is enough; with them each has to be reached', async () => {
  const seen = seenOf({ passages: [passageOf('1', 'x'), passageOf('2', 'a')] });
  const relevant = { a: 2, b: 1 };
  const free = await scoreRetrieval({ relevant, by: 'document', cut: 5 }, seen);
  expect(free.map(({ scorer, passed }) => [scorer, passed])).toEqual([
    ['recall', true],
    ['ndcg', true],
    ['mrr', true],
  ]);
  const bound = await scoreRetrieval(
    { relevant, by: 'document', cut: 5, atLeast: { recall: 0.6, reciprocalRank: 0.5 } },
    seen,
  );
  expect(bound.map(({ passed }) => passed)).toEqual([false, true, true]);
  expect(bound[0]?.why).toBe('recall at 5 is 0.500, below 0.6; not found: b.');
});

test('a search that finds nothing that is relevant fails all of its scores', async () => {
  const scores = await scoreRetrieval({ relevant: { a: 1 }, by: 'document', cut: 3 }, seenOf({}));
  expect(scores.map(({ value, passed }) => [value, passed])).toEqual([
    [0, false],
    [0, false],
    [0, false],
  ]);
});
