import { createHash } from 'node:crypto';
import { loadArticle } from '../../bench/search/load.ts';
import { type Article, readPassages } from '../../bench/search/passages.ts';
import { defineSuite } from '../../src/eval/suites/define-suite.ts';
import { createCollection } from '../../src/knowledge/collections/collections.ts';
import { passageId } from '../../src/knowledge/search/passage.ts';
import { sample } from '../sources/sample.ts';
import { whyAbsent } from '../sources/shared-data.ts';

/** How many of the 5,665 questions. */
const count = 200;

/**
 * SQuAD: 1,065 passages of an encyclopaedia, and questions that one of them answers. What BM25 alone finds among the same passages: the right one
 * first for 0.745 of all questions, among the first five for 0.915, mean reciprocal rank 0.822.
 */
export const suite = defineSuite({
  description: 'Whether search_knowledge finds the passage that answers, among 1,065.',
  projectDir: 'evals/projects/reading',
  graph: 'reading',
  tags: ['retrieval'],
  unavailable: () => whyAbsent('retrieval_squad_share'),
  cases: () => {
    const { articles, questions } = readPassages();
    const ids = new Map(articles.flatMap(idsOf));
    return sample(questions, count, ({ text, answer }) => answer + text).map(({ text, answer }, at) => ({
      id: `question-${String(at + 1).padStart(3, '0')}`,
      ask: text.trim(),
      expect: {
        retrieval: { relevant: [ids.get(answer) ?? answer], by: 'passage' as const, at: 5, recall: 1 },
      },
    }));
  },
  async setup({ db, embedder, config }) {
    await createCollection(db, { name: 'passages' }, config.knowledge);
    for (const article of readPassages().articles)
      await loadArticle(db, embedder, 'passages', { ...article, shard: 0 });
  },
});

/** The ids that passages have once `loadArticle` has stored them, by the data's own. */
function idsOf({ title, passages }: Article): [string, string][] {
  return passages.map(({ id, text }) => {
    const chunk = createHash('sha256').update(`${title}\n${text}`).digest('hex');
    return [id, passageId(chunk.slice(0, 32))];
  });
}
