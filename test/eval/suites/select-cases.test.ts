import { expect, test } from 'vitest';
import type { Expectation } from '../../../src/eval/expectation.ts';
import type { Case, Suite } from '../../../src/eval/suite.ts';
import { namesWithoutCases, selectCases } from '../../../src/eval/suites/select-cases.ts';

const caseOf = (id: string, graph: string, tags: string[], expectation: Expectation): Case => ({
  id,
  graph,
  tags,
  history: [],
  turns: [
    { ask: 'Why?', expect: {} },
    { ask: 'So?', expect: expectation },
  ],
  gate: false,
  configurable: {},
  hash: '0',
  source: { file: 'evals/s.yaml', line: 1 },
});

const suiteOf = (name: string, cases: Case[]): Suite => ({
  name,
  cases,
  description: '',
  graph: 'films',
  collections: {},
  repeat: 1,
  leastEffect: 0.02,
  file: `evals/${name}.yaml`,
});

const call = { name: 'run_sql', args: {}, agent: 'sql' };
const suites = [
  suiteOf('one', [
    caseOf('count-films', 'films', ['counting', 'easy'], {
      path: { any: [['triage', 'sql']], mode: 'strict' },
    }),
    caseOf('count-actors', 'films', ['counting'], {
      calls: { calls: [call], mode: 'contains', ordered: false },
    }),
    caseOf('find-film', 'films', ['search'], { takenBy: ['search'] }),
  ]),
  suiteOf('two', [caseOf('lost-key', 'support', ['easy'], { refuses: true })]),
];

test.each([
  [{}, ['one/count-films', 'one/count-actors', 'one/find-film', 'two/lost-key']],
  [{ tags: [] }, ['one/count-films', 'one/count-actors', 'one/find-film', 'two/lost-key']],
  [{ tags: ['easy'] }, ['one/count-films', 'two/lost-key']],
  [{ tags: ['search', 'easy'] }, ['one/count-films', 'one/find-film', 'two/lost-key']],
  [{ tags: ['easy'], graphs: ['support'] }, ['two/lost-key']],
  [{ agents: ['sql'] }, ['one/count-films', 'one/count-actors']],
  [{ agents: ['search', 'triage'] }, ['one/count-films', 'one/find-film']],
  [{ cases: ['count-*'] }, ['one/count-films', 'one/count-actors']],
  [{ cases: ['count'] }, []],
  [{ cases: ['*'], tags: ['none'] }, []],
])('%j leaves %j', (filter, left) => {
  const selected = selectCases(suites, filter);
  expect(selected.flatMap(({ name, cases }) => cases.map(({ id }) => `${name}/${id}`))).toEqual(left);
  expect(selected.every(({ cases }) => cases.length > 0)).toBe(true);
});

test('selecting leaves the suites as they are', () => {
  const before = structuredClone(suites);
  selectCases(suites, { tags: ['easy'] });
  expect(suites).toEqual(before);
});

test('a name that no case has is told, with what may have been meant', () => {
  const filter = { tags: ['esay', 'easy'], cases: ['count-*', 'find-films'], agents: ['sql'], graphs: ['x'] };
  expect(namesWithoutCases(suites, filter)).toEqual([
    'No case has the graph "x".',
    'No case has the id "find-films". Did you mean "find-film"?',
    'No case has the tag "esay". Did you mean "easy"?',
  ]);
});
