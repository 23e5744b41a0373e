import { parse } from 'csv-parse/sync';
import { defineSuite } from '../../src/eval/suites/define-suite.ts';
import { intentsByAgent } from '../sources/banking-intents.ts';
import { sample } from '../sources/sample.ts';
import { readData, whyAbsent } from '../sources/shared-data.ts';

/** Questions of each intent: of 77. */
const perIntent = 3;

/**
 * Banking77: what customers of a bank ask, 77 intents, handed to one of eight agents. The agents' examples are the project's own: no question of
 * the data is among them, so that all are held out.
 */
export const suite = defineSuite({
  description: 'Who takes which of 77 kinds of questions to a bank.',
  projectDir: 'evals/projects/bank',
  graph: 'bank',
  tags: ['routing'],
  unavailable: () => whyAbsent('intents_banking77'),
  cases: () => {
    const rows: { text: string; category: string }[] = parse(readData('intents_banking77/train.csv'), {
      columns: true,
      trim: true,
    });
    const byIntent = Map.groupBy(rows, ({ category }) => category);
    return Object.entries(intentsByAgent).flatMap(([agent, intents]) =>
      intents.flatMap((intent) =>
        sample(byIntent.get(intent) ?? [], perIntent, ({ text }) => text).map(({ text }, at) => ({
          id: `${intent.replace(/\W/g, '')}-${at + 1}`,
          ask: text,
          tags: [agent],
          expect: { takenBy: [agent] },
        })),
      ),
    );
  },
});
