import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { formatProblem } from '../../src/handoff/file-problem.ts';
import { loadProject } from '../../src/handoff/load-project.ts';

const agent = '---\nmodel: fast\n---\nYou help.\n';
const tool = "export const tool = { name: 'look_up', description: 'd', parameters: {}, run() {} };\n";

/** The problems of a project whose files are these. */
async function problemsOf(files: Record<string, string>): Promise<string[]> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baton-project-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
    await writeFile(path.join(dir, file), text);
  }
  const { problems } = await loadProject(dir);
  return problems.map(formatProblem);
}

const graph = (text: string, more: Record<string, string> = {}) =>
  problemsOf({ 'agents/a.md': agent, 'agents/b.md': agent, 'graphs/g.yaml': text, ...more });
const agentFile = (text: string) =>
  problemsOf({ 'agents/a.md': text, 'graphs/g.yaml': 'start: a\nagents: [a]\n' });

test('the project’s own files have no mistakes', async () => {
  const { problems, graphs } = await loadProject(path.resolve(import.meta.dirname, '../..'));
  expect(problems.map(formatProblem)).toEqual([]);
  expect([...graphs.keys()]).toContain('films');
});

test.each([
  [
    'an unknown key',
    'start: a\nagents: [a]\nlimit: {}\n',
    'graphs/g.yaml:3: error: "limit" is not known here. Did you mean "limits"?',
  ],
  [
    'an unknown key inside',
    'start: a\nagents: [a]\nlimits:\n  handofs: 3\n',
    'graphs/g.yaml:4: error: "handofs" is not known here. Did you mean "handoffs"?',
  ],
  [
    'a missing key',
    'agents: [a]\n',
    'graphs/g.yaml:1: error: start: Invalid input: expected string, received undefined',
  ],
  [
    'an unknown start',
    'start: aa\nagents: [a]\n',
    'graphs/g.yaml:1: error: There is no agent in this graph "aa". Did you mean "a"?',
  ],
  [
    'an agent without a file',
    'start: a\nagents:\n  - a\n  - helper\n',
    'graphs/g.yaml:4: error: There is no agent file "helper". There are: a, b.',
  ],
  [
    'an edge from nobody',
    'start: a\nagents: [a]\nhandoffs:\n  c: { a: why }\n',
    'graphs/g.yaml:4: error: There is no agent in this graph "c". Did you mean "a"?',
  ],
  [
    'an edge to nobody',
    'start: a\nagents: [a]\nhandoffs:\n  a:\n    triag: why\n',
    'graphs/g.yaml:5: error: There is no agent in this graph "triag". There are: a.',
  ],
  [
    'an edge to itself',
    'start: a\nagents: [a]\nhandoffs:\n  a: { a: why }\n',
    'graphs/g.yaml:4: error: "a" cannot hand over to itself.',
  ],
  [
    'an edge without a reason',
    'start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: ""\n',
    'graphs/g.yaml:5: error: handoffs.a.b: say when to hand over: the model reads it',
  ],
  [
    'a brief of no known type',
    'start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b:\n      when: w\n      brief: { q: text }\n',
    'graphs/g.yaml:7: error: handoffs.a.b.brief.q: expected string, number, integer or boolean',
  ],
  [
    'a return to nowhere',
    'start: a\nagents: [a, b]\nhandoffs:\n  a:\n    b: { when: w, return: home }\n',
    'graphs/g.yaml:5: error: handoffs.a.b.return: expected stay, caller or start',
  ],
  [
    'a limit below one',
    'start: a\nagents: [a]\nlimits: { calls: 0 }\n',
    'graphs/g.yaml:3: error: limits.calls: expected a number above 0',
  ],
  [
    'an onLimit nobody knows',
    'start: a\nagents: [a]\nlimits: { onLimit: z }\n',
    'graphs/g.yaml:3: error: There is no agent in this graph "z". Did you mean "a"?',
  ],
  [
    'an approval of no tool',
    'start: a\nagents: [a]\napprove: [pay]\n',
    'graphs/g.yaml:3: error: There is no tool "pay". There are none.',
  ],
  [
    'an agent that stands twice',
    'start: a\nagents: [a, a]\n',
    'graphs/g.yaml:2: error: "a" stands here twice.',
  ],
  [
    'a key that stands twice',
    'start: a\nstart: b\nagents: [a]\n',
    'graphs/g.yaml:2: error: This is not YAML: Map keys must be unique.',
  ],
  [
    'an agent that nobody reaches',
    'start: a\nagents: [a, b]\n',
    'graphs/g.yaml:2: warning: Nobody hands over to "b": no path of handoffs leads there from "a".',
  ],
])('of a graph file: %s', async (_, text, problem) => {
  expect(await graph(text)).toContain(problem);
});

test.each([
  [
    'no front matter',
    'You help.\n',
    'agents/a.md:1: error: An agent begins with front matter: a line of three dashes, YAML, three dashes; then the prompt.',
  ],
  [
    'no prompt',
    '---\nmodel: fast\n---\n',
    'agents/a.md:4: error: The prompt is missing: say below the front matter who this agent is.',
  ],
  [
    'an unknown role',
    '---\nmodel: slow\n---\nHi\n',
    'agents/a.md:2: error: model: expected a role: fast or careful',
  ],
  [
    'an unknown tool',
    '---\nmodel: fast\ntools:\n  - serch\n---\nHi\n',
    'agents/a.md:4: error: There is no tool "serch". There are none.',
  ],
  [
    'a misspelt key',
    '---\nmodel: fast\nexample: []\n---\nHi\n',
    'agents/a.md:3: error: "example" is not known here. Did you mean "examples"?',
  ],
  [
    'an example without its question',
    '---\nexamples:\n  - answer: x\n---\nHi\n',
    'agents/a.md:3: error: examples.0.ask: Invalid input: expected string, received undefined',
  ],
  [
    'an example that calls two things at once',
    '---\nexamples:\n  - ask: x\n    calls: [{ a: {}, b: {} }]\n---\nHi\n',
    'agents/a.md:4: error: examples.0.calls.0: expected one key: { name: { field: value } }',
  ],
  [
    'an example that calls a tool the agent lacks',
    '---\nexamples:\n  - ask: x\n    calls: [{ look: {} }]\n---\nHi\n',
    'agents/a.md:4: error: There is no tool of this agent "look". There are none.',
  ],
  ['broken YAML', '---\nmodel: [fast\n---\nHi\n', 'agents/a.md:3: error: This is not YAML'],
])('of an agent’s file: %s', async (_, text, problem) => {
  const problems = await agentFile(text);
  expect(problems.map((found) => found.slice(0, problem.length))).toContain(problem);
});

test('a tool file that does not load, or holds no tool, says so', async () => {
  const problems = await graph('start: a\nagents: [a, b]\nhandoffs: { a: { b: w } }\n', {
    'tools/broken.ts': 'export const x = ;\n',
    'tools/empty.ts': 'export const x = 1;\n',
    'tools/raw.ts': tool,
  });
  expect(problems).toHaveLength(3);
  expect(problems[0]).toContain('tools/broken.ts:1: error: It cannot be imported');
  expect(problems[1]).toContain('this one exports 0');
});

test('a folder without graphs says so', async () => {
  expect(await problemsOf({})).toEqual([
    'graphs:1: error: There is no graph: the folder graphs/ has no .yaml file.',
  ]);
});

test('one bad graph leaves the others on the shelf', async () => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baton-project-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  for (const shelf of ['agents', 'graphs']) await mkdir(path.join(dir, shelf));
  await writeFile(path.join(dir, 'agents/a.md'), agent);
  await writeFile(path.join(dir, 'graphs/good.yaml'), 'start: a\nagents: [a]\n');
  await writeFile(path.join(dir, 'graphs/bad.yaml'), 'start: x\nagents: [a]\n');
  const { graphs } = await loadProject(dir);
  expect([...graphs.keys()]).toEqual(['good']);
});
