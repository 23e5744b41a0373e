import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkAgainstProjects } from '../../../src/eval/suites/check-suites.ts';
import { readSuites } from '../../../src/eval/suites/read-suites.ts';
import { root } from '../../support/start-process.ts';
import { agentText, makeProject, type TempProject, toolText } from '../../support/temp-project.ts';

const files = {
  'agents/triage.md': agentText('You sort.'),
  'agents/sql.md': agentText('You count.', 'tools: [run_sql]'),
  'agents/clerk.md': agentText('You file.', 'tools: [file_letter]'),
  'tools/run-sql.ts': toolText('run_sql', "return 'x';"),
  'tools/file-letter.ts': toolText('file_letter', "return 'x';"),
  'graphs/films.yaml': 'start: triage\nagents: [triage, sql]\nhandoffs: { triage: { sql: counting } }\n',
  'graphs/letters.yaml': 'start: clerk\nagents: [clerk]\n',
  'graphs/broken.yaml': 'start: nobody\nagents: [clerk]\n',
  'docs/a.md': 'a',
};

let project: TempProject;
beforeAll(async () => {
  project = await makeProject(files);
});
afterAll(() => project.remove());

/** What is said of cases, each on a line of its own from line 4 on, as `line: message`. */
async function check(cases: string[], head = 'collections: {}'): Promise<string[]> {
  const text = `graph: films\n${head}\ncases:\n${cases.map((one) => `  - ${one}\n`).join('')}`;
  await project.write({ 'evals/s.yaml': text });
  const { suites, problems } = await readSuites(project.dir);
  expect(problems).toEqual([]);
  const found = await checkAgainstProjects(project.dir, suites);
  expect(found.every(({ file }) => file === 'evals/s.yaml')).toBe(true);
  return found.map(({ line, message, severity }) => `${line}: ${severity}: ${message}`);
}

test('names that are there are right', async () => {
  expect(
    await check([
      '{ id: a, ask: Why?, expect: { path: [triage, sql], takenBy: sql, calls: [{ run_sql: {}, by: sql }] } }',
      '{ id: b, ask: Why?, graph: letters, expect: { calls: { exactly: [file_letter] } } }',
      '{ id: c, ask: Why?, expect: { safe: { agents: [root-of-all], forbidden: [drop_everything, file_letter] } } }',
    ]),
  ).toEqual([]);
});

test('names that are not there are told at the line of their case', async () => {
  expect(
    await check([
      '{ id: a, ask: Why?, graph: film, expect: { refuses: true } }',
      '{ id: b, ask: Why?, graph: broken, expect: { refuses: true } }',
      '{ id: c, ask: Why?, expect: { path: [triage, slq] } }',
      '{ id: d, ask: Why?, expect: { takenBy: [sql, clerk] } }',
      '{ id: e, ask: Why?, expect: { calls: [run_sq] } }',
      '{ id: f, ask: Why?, expect: { calls: [{ file_letter: {}, by: clerk }] } }',
      '{ id: g, ask: Why?, expect: { safe: { guard: x, agents: [sgl], forbidden: [runsql] } } }',
    ]),
  ).toEqual([
    '4: error: There is no graph "film". Did you mean "films"?',
    '5: error: The graph "broken" has mistakes: see baton check.',
    '6: error: c: There is no agent in this graph "slq". Did you mean "sql"?',
    '7: error: d: There is no agent in this graph "clerk". There are: triage, sql.',
    '8: error: e: There is no tool of its agents "run_sq". Did you mean "run_sql"?',
    '9: error: f: There is no agent in this graph "clerk". There are: triage, sql.',
    '9: error: f: There is no tool of its agents "file_letter". There are: run_sql.',
    '10: error: g: There is no guard of this graph "x". There are none.',
    '10: error: g: There is no agent "sgl". Did you mean "sql"?',
    '10: error: g: There is no tool "runsql". Did you mean "run_sql"?',
  ]);
});

test('a path that begins with another agent than the graph can only be missed', async () => {
  expect(
    await check([
      '{ id: a, ask: Why?, expect: { path: [sql] } }',
      '{ id: b, ask: Why?, expect: { path: { any: [[sql], [triage]] } } }',
      '{ id: c, ask: Why?, expect: { path: { any: [[sql]], mode: in-order } } }',
      '{ id: d, messages: [{ human: Hi }, { ai: Hello }], ask: Why?, expect: { path: [sql] } }',
      '{ id: e, turns: [{ ask: Why? }, { ask: How?, expect: { path: [sql] } }] }',
    ]),
  ).toEqual(['4: error: a: A conversation of "films" begins with "triage": this path cannot be taken.']);
});

test('documents that no graph of the suite searches are a warning', async () => {
  expect(
    await check(['{ id: a, ask: Why?, expect: { refuses: true } }'], 'collections: { pages: [docs] }'),
  ).toEqual(['4: warning: No graph that this suite asks searches the collection "pages".']);
});

test('a suite is checked against the project that it names', async () => {
  const text = 'graph: letters\nprojectDir: other\ncases:\n  - { ask: Why?, expect: { takenBy: clerk } }\n';
  await project.write({
    'evals/s.yaml': text,
    'other/graphs/films.yaml': 'start: a\nagents: [a]\n',
    'other/agents/a.md': agentText('You.'),
  });
  const { suites } = await readSuites(project.dir);
  const found = await checkAgainstProjects(project.dir, suites);
  expect(found.map(({ message }) => message)).toEqual(['There is no graph "letters". There are: films.']);
});

test('the suites of this project name what is there', async () => {
  const { suites } = await readSuites(root);
  expect(await checkAgainstProjects(root, suites)).toEqual([]);
});
