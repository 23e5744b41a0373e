import { expect, test } from 'vitest';
import { loadOnlineRules, readOnlineRules } from '../../../src/eval/online/online-rules.ts';
import { makeProject } from '../../support/temp-project.ts';

const problems = (text: string) => {
  const read = readOnlineRules(text);
  return Array.isArray(read) ? read.map(({ line, message }) => `${line}: ${message}`) : read;
};

test('shares and judges are read by graph, and what is not said is left to the settings', () => {
  const text = [
    'graphs:',
    '  films:',
    '    sample: 0.1',
    '    judges:',
    '      - { name: tone, criteria: tone }',
    '      - { name: short, criteria: The answer is short., roles: [fast, careful] }',
    '  desk: {}',
  ].join('\n');
  expect(readOnlineRules(text)).toEqual({
    graphs: {
      films: {
        sample: 0.1,
        judges: [
          { name: 'tone', criteria: 'tone', roles: ['fast'] },
          { name: 'short', criteria: 'The answer is short.', roles: ['fast', 'careful'] },
        ],
      },
      desk: { judges: [] },
    },
  });
  expect(readOnlineRules('')).toEqual({ graphs: {} });
});

test('mistakes are told at their lines', () => {
  expect(problems('graphs:\n  films:\n    sampel: 1')).toEqual([
    expect.stringContaining('3: "sampel" is not known here. Did you mean "sample"?'),
  ]);
  expect(problems('graphs:\n  films:\n    sample: 2')).toEqual([expect.stringContaining('3: ')]);
  expect(problems('graphs:\n  films:\n    judges:\n      - { name: right, criteria: correctness }')).toEqual([
    expect.stringContaining('criteria: needs a reference'),
  ]);
  const twins = '{ name: a, criteria: tone }';
  expect(problems(`graphs:\n  films:\n    judges: [${twins}, ${twins}]`)).toEqual([
    expect.stringContaining('two judges have one name'),
  ]);
  expect(problems('graphs: [films]')).toHaveLength(1);
});

test('a project without the file has no rules, and one with mistakes does not start', async () => {
  const project = await makeProject({ 'evals/online.yaml': 'graphs: 1\n' });
  try {
    await expect(loadOnlineRules(project.dir)).rejects.toThrow(
      /^evals\/online.yaml cannot be used:\n {2}- evals\/online.yaml:1/,
    );
  } finally {
    await project.remove();
  }
  expect(await loadOnlineRules('test/fixtures/desk')).toEqual({ graphs: {} });
});
