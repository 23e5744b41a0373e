import { expect, test } from 'vitest';
import { type Agent, readAgent } from '../../../src/handoff/agent-file.ts';
import { checkWaysOut } from '../../../src/handoff/check-ways-out.ts';
import { type Graph, readGraph } from '../../../src/handoff/graph-file.ts';
import { find } from './passages.ts';

const finder = readAgent('agents/a.md', 'a', '---\ntools: [find]\n---\nYou find.') as Agent; // it has no mistakes
const talker = readAgent('agents/a.md', 'a', '---\n---\nYou talk.') as Agent; // nor has this one

function problemsOf(yaml: string, agent: Agent): string[] {
  const graph = readGraph('graphs/g.yaml', 'g', `start: a\nagents: [a]\n${yaml}`);
  if (Array.isArray(graph)) return graph.map(({ line, message }) => `${line}: ${message}`);
  const tools = new Map([['find', { tool: find, file: 'tools/find.ts' }]]);
  const known = { agents: new Map([['a', agent]]), unread: new Set<string>(), tools, guards: new Map() };
  return checkWaysOut(graph as Graph, known).map(
    ({ line, message, severity }) => `${severity} ${line}: ${message}`,
  );
}

test('an agent that searches documents needs to know which', () => {
  expect(problemsOf('', finder)).toEqual([
    'error 2: "a" has the tool "find", and the graph does not say which collections it looks in: add `knowledge: [<collection>]`.',
  ]);
  expect(problemsOf('knowledge: [handbook]', finder)).toEqual([]);
});

test('knowledge and citations mean nothing where no agent searches', () => {
  expect(problemsOf('knowledge: [handbook]\ncitations: { check: words }', talker)).toEqual([
    expect.stringContaining(
      'warning 3: No agent of this graph searches documents, so `knowledge` changes nothing',
    ),
    expect.stringContaining(
      'warning 4: No agent of this graph searches documents, so `citations` changes nothing',
    ),
  ]);
});

test.each([
  ['knowledge: [Hand Book]', 'expected the name of a collection'],
  ['knowledge: [handbook]\ncitations: { check: always }', 'expected retrieved, words or model'],
  [
    'knowledge: [handbook]\ncitations: { check: words, decline: " " }',
    'say what to answer when the documents do not tell',
  ],
])('%s is a mistake that is told', (yaml, message) => {
  expect(problemsOf(yaml, finder).join('\n')).toContain(message);
});
