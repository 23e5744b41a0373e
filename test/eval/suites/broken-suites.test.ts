import { expect, test } from 'vitest';
import { readSuites } from '../../../src/eval/suites/read-suites.ts';
import { makeProject } from '../../support/temp-project.ts';
import { brokenSuites } from './broken-suites.ts';

test.each(brokenSuites)('$mistake is told with its file and line', async ({ files, problems }) => {
  const project = await makeProject(files);
  const read = await readSuites(project.dir);
  await project.remove();
  const told = read.problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
  expect(told.map((line, at) => cutAs(problems[at], line))).toEqual(problems);
  expect(read.problems.every(({ severity }) => severity === 'error')).toBe(true);
  expect(read.skipped).toEqual([]);
});

/** A line that ends in … goes on in words of the system. */
function cutAs(expected: string | undefined, line: string): string {
  const start = expected?.endsWith('…') ? expected.slice(0, -1) : undefined;
  return start !== undefined && line.startsWith(start) ? `${start}…` : line;
}

test('a suite with mistakes takes no other with it', async () => {
  const good = 'graph: g\ncases:\n  - { ask: Why?, expect: { facts: [so] } }\n';
  const project = await makeProject({ 'evals/bad.yaml': 'graph: g\n', 'evals/good.yaml': good });
  const { suites, problems } = await readSuites(project.dir);
  await project.remove();
  expect(suites.map(({ name }) => name)).toEqual(['good']);
  expect(problems.map(({ file }) => file)).toEqual(['evals/bad.yaml']);
});
