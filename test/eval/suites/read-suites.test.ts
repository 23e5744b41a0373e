import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Expectation } from '../../../src/eval/expectation.ts';
import type { Case } from '../../../src/eval/suite.ts';
import { readSuites } from '../../../src/eval/suites/read-suites.ts';
import { root } from '../../support/start-process.ts';
import { makeProject, type TempProject } from '../../support/temp-project.ts';

let project: TempProject | undefined;
afterEach(() => project?.remove());

async function read(files: Record<string, string>, names?: string[]) {
  project = await makeProject(files);
  return readSuites(project.dir, names);
}

/** The cases of a suite without mistakes. */
async function casesOf(text: string, more: Record<string, string> = {}): Promise<Case[]> {
  const { suites, problems } = await read({ 'evals/s.yaml': text, ...more });
  expect(problems).toEqual([]);
  return suites[0]?.cases ?? [];
}

async function meaningOf(expectation: object): Promise<Expectation | undefined> {
  const suite = { graph: 'g', cases: [{ ask: 'Why?', expect: expectation }] };
  const [one] = await casesOf(stringify(suite));
  await project?.remove();
  return one?.turns[0]?.expect;
}

test('a suite is what its file says, with what it leaves out', async () => {
  const text = `
description: Counts.
graph: films
collections: { pages: [docs] }
tags: [films]
cases:
  - id: long-films
    ask: How many films are long?
    tags: [counting, films]
    expect: { takenBy: sql }
`;
  const { suites, problems, skipped } = await read({ 'evals/s.yaml': text, 'docs/a.md': 'a' });
  expect([problems, skipped]).toEqual([[], []]);
  expect(suites).toEqual([
    {
      name: 's',
      description: 'Counts.',
      graph: 'films',
      collections: { pages: ['docs'] },
      repeat: 1,
      leastEffect: 0.02,
      file: 'evals/s.yaml',
      cases: [
        {
          id: 'long-films',
          history: [],
          turns: [{ ask: 'How many films are long?', expect: { takenBy: ['sql'] } }],
          tags: ['films', 'counting'],
          gate: false,
          graph: 'films',
          configurable: {},
          hash: expect.stringMatching(/^[0-9a-f]{16}$/),
          source: { file: 'evals/s.yaml', line: 7 },
        },
      ],
    },
  ]);
});

test.each<[object, Expectation]>([
  [{ path: ['a', 'b'] }, { path: { any: [['a', 'b']], mode: 'strict' } }],
  [
    { path: { any: [['a'], ['b']], mode: 'in-order', wasted: 0 } },
    { path: { any: [['a'], ['b']], mode: 'in-order', wasted: 0 } },
  ],
  [{ takenBy: ['a', 'b'] }, { takenBy: ['a', 'b'] }],
  [
    { calls: ['t', { u: null }, { v: { x: 1, y: { anyOf: [1, '1'] }, z: { anything: true } }, by: 'a' }] },
    {
      calls: {
        calls: [
          { name: 't', args: {} },
          { name: 'u', args: {} },
          { name: 'v', args: { x: [1], y: [1, '1'], z: null }, agent: 'a' },
        ],
        mode: 'contains',
        ordered: false,
      },
    },
  ],
  [
    { calls: { within: [{ t: { x: { anyOf: 1, type: 'y' } } }], ordered: true } },
    {
      calls: {
        calls: [{ name: 't', args: { x: [{ anyOf: 1, type: 'y' }] } }],
        mode: 'within',
        ordered: true,
      },
    },
  ],
  [{ calls: { exactly: [] } }, { calls: { calls: [], mode: 'exact', ordered: false } }],
  [{ sql: 'select 1' }, { sql: { gold: ['select 1'], ordered: false } }],
  [
    { sql: { gold: ['select 1', 'select 2'], ordered: true, schema: 's' } },
    { sql: { gold: ['select 1', 'select 2'], ordered: true, schema: 's' } },
  ],
  [{ rows: [{ n: 1 }] }, { rows: { rows: [{ n: 1 }], ordered: false } }],
  [{ retrieval: 'a.md' }, { retrieval: { relevant: { 'a.md': 1 }, by: 'document', cut: 10 } }],
  [
    { documents: { relevant: { 'a.md': 2 }, at: 5, recall: 0.8 } },
    { retrieval: { relevant: { 'a.md': 2 }, by: 'document', cut: 5, atLeast: { recall: 0.8 } } },
  ],
  [{ cites: 'a.md' }, { cites: { anyOf: ['a.md'], others: false } }],
  [{ cites: { anyOf: 'a.md', others: true } }, { cites: { anyOf: ['a.md'], others: true } }],
  [{ grounded: true }, { grounded: true }],
  [
    { facts: ['457', ['two', '2']], not: 'three' },
    { facts: { all: [['457'], ['two', '2']], none: ['three'] } },
  ],
  [{ not: ['three'] }, { facts: { all: [], none: ['three'] } }],
  [{ matches: '^\\p{L}+$' }, { matches: ['^\\p{L}+$'] }],
  [{ schema: { type: 'object', required: ['n'] } }, { schema: { type: 'object', required: ['n'] } }],
  [{ refuses: false }, { refuses: false }],
  [
    { safe: { leaks: 'key', forbidden: ['t'], guard: 'x' } },
    { safe: { leaks: ['key'], forbidden: [{ name: 't', args: {} }], agents: [], guard: 'x' } },
  ],
  [{ state: { sql: 'select 1', rows: [] } }, { state: [{ sql: 'select 1', rows: [], ordered: false }] }],
  [
    { judges: { name: 'kind', criteria: 'Is it kind?' } },
    {
      judges: [{ name: 'kind', criteria: 'Is it kind?', roles: ['careful'], atLeast: 0.7, evidence: false }],
    },
  ],
  [{ within: { seconds: 1.5, hops: 0 } }, { within: { milliseconds: 1500, hops: 0 } }],
])('%j has its meaning', async (written, meaning) => {
  expect(await meaningOf(written)).toEqual(meaning);
});

test('criteria that are known by a name are their words', async () => {
  const meaning = await meaningOf({ judges: [{ criteria: 'groundedness', roles: ['fast', 'fast'] }] });
  expect(meaning?.judges).toEqual([
    {
      name: 'groundedness',
      criteria: expect.stringMatching(/^Groundedness: everything that the answer states/),
      roles: ['fast', 'fast'],
      atLeast: 0.7,
      evidence: true,
    },
  ]);
});

test('defaults go under the last turn, field by field, and what is forbidden is so in every turn', async () => {
  const [one, two] = await casesOf(`
graph: g
gate: true
expect: { takenBy: a, not: [error], safe: { leaks: [key] }, retrieval: a.md, grounded: true }
cases:
  - id: one
    turns:
      - { ask: First, expect: { facts: [x], safe: { forbidden: [t] } } }
      - { ask: Second, expect: { takenBy: b, documents: b.md, not: [mistake] } }
    expect: { takenBy: c, not: [fault], safe: { agents: [d] }, grounded: false }
  - { id: two, ask: Alone, gate: false }
`);
  expect(one?.turns.map(({ expect }) => expect)).toEqual([
    {
      facts: { all: [['x']], none: ['error', 'fault'] },
      safe: { leaks: ['key'], forbidden: [{ name: 't', args: {} }], agents: ['d'] },
    },
    {
      takenBy: ['b'],
      facts: { all: [], none: ['error', 'fault', 'mistake'] },
      safe: { leaks: ['key'], forbidden: [], agents: ['d'] },
      retrieval: { relevant: { 'b.md': 1 }, by: 'document', cut: 10 },
    },
  ]);
  expect(two?.turns[0]?.expect).toEqual({
    takenBy: ['a'],
    grounded: true,
    facts: { all: [], none: ['error'] },
    safe: { leaks: ['key'], forbidden: [], agents: [] },
    retrieval: { relevant: { 'a.md': 1 }, by: 'document', cut: 10 },
  });
  expect([one?.gate, two?.gate]).toEqual([true, false]);
});

test('a guard has to speak up in the last turn alone', async () => {
  const [one, two] = await casesOf(`
graph: g
expect: { safe: { guard: x } }
cases:
  - turns: [{ ask: First }, { ask: Second }]
  - { turns: [{ ask: Third }, { ask: Fourth }], expect: { safe: { leaks: key } } }
`);
  expect(one?.turns.map(({ expect }) => expect)).toEqual([
    {},
    { safe: { leaks: [], forbidden: [], agents: [], guard: 'x' } },
  ]);
  expect(two?.turns.map(({ expect }) => expect)).toEqual([
    { safe: { leaks: ['key'], forbidden: [], agents: [] } },
    { safe: { leaks: ['key'], forbidden: [], agents: [], guard: 'x' } },
  ]);
});

test('messages are history, and the last of the user is what is asked', async () => {
  const calls = '[{ id: c1, type: function, function: { name: t, arguments: "{\\"x\\": 1}" } }]';
  const [one, two] = await casesOf(`
graph: g
expect: { facts: [so] }
cases:
  - messages:
      - { role: system, content: Be brief. }
      - human: Hello
      - { ai: Hi, name: triage }
      - { role: user, content: [{ type: text, text: "How " }, { type: text, text: many? }] }
  - ask: And now?
    messages:
      - { role: user, content: Count. }
      - { role: assistant, content: null, tool_calls: ${calls} }
      - { role: tool, tool_call_id: c1, content: "1" }
      - { type: ai, content: One., name: sql, tool_calls: [] }
`);
  expect(one?.history).toEqual([
    { type: 'system', id: 'history-1', content: 'Be brief.' },
    { type: 'human', id: 'history-2', content: 'Hello' },
    { type: 'ai', id: 'history-3', content: 'Hi', name: 'triage', tool_calls: [] },
  ]);
  expect(one?.turns.map(({ ask }) => ask)).toEqual(['How many?']);
  expect(two?.turns.map(({ ask }) => ask)).toEqual(['And now?']);
  expect(two?.history).toEqual([
    { type: 'human', id: 'history-1', content: 'Count.' },
    {
      type: 'ai',
      id: 'history-2',
      content: '',
      name: 'assistant',
      tool_calls: [{ id: 'c1', name: 't', args: { x: 1 } }],
    },
    { type: 'tool', id: 'history-3', content: '1', name: 't', tool_call_id: 'c1', status: 'success' },
    { type: 'ai', id: 'history-4', content: 'One.', name: 'sql', tool_calls: [] },
  ]);
});

test('a conversation may wait for a person', async () => {
  const [one] = await casesOf(
    'graph: g\ncases:\n  - turns: [{ ask: Refund it. }, { resume: { decision: approve }, expect: { facts: [done] } }]\n',
  );
  expect(one?.turns).toEqual([
    { ask: 'Refund it.', expect: {} },
    { resume: { decision: 'approve' }, expect: { facts: { all: [['done']], none: [] } } },
  ]);
});

test('a case without an id is called as its question, other than all others', async () => {
  const long = `What ${'is '.repeat(30)}it?`;
  const cases = await casesOf(
    stringify({
      graph: 'g',
      expect: { facts: ['so'] },
      cases: [
        { ask: 'How many films, café owner’s?' },
        { ask: 'How many films: cafe owners' },
        { id: 'how-many-films-cafe-owners-2', ask: 'Why?' },
        { ask: '多少电影？' },
        { ask: long },
        { ask: 'x'.repeat(100) },
      ],
    }),
  );
  expect(cases.map(({ id }) => id)).toEqual([
    'how-many-films-cafe-owners',
    'how-many-films-cafe-owners-3',
    'how-many-films-cafe-owners-2',
    'case',
    `what${'-is'.repeat(18)}`,
    'x'.repeat(60),
  ]);
});

test('cases come from lines of JSON and from tables, whatever ends their lines', async () => {
  const jsonl =
    '\ufeff{"id": "one", "ask": "Why?", "expect": {"facts": ["so"]}}\r\n\r\n{"ask": "How?", "tags": ["t"]}\r\n';
  const csv = [
    '\ufeffid,ask,tags,gate,expect.path,expect.facts,expect.calls,expect.within.seconds,expect.refuses,configurable.locale',
    '',
    'three,"Which, and',
    'how many?",a; b,TRUE,x|y,457|one \\| two,"[""t""]",2.5,false,de',
    '',
    ',Where?,,,-,-,-,-,-,',
    '',
  ].join('\r\n');
  const cases = await casesOf('graph: g\nexpect: { takenBy: a }\nfrom: [more.jsonl, tables/more.csv]\n', {
    'evals/more.jsonl': jsonl,
    'evals/tables/more.csv': csv,
  });
  expect(cases.map(({ id, source }) => [id, source.file, source.line])).toEqual([
    ['one', 'evals/more.jsonl', 1],
    ['how', 'evals/more.jsonl', 3],
    ['three', 'evals/tables/more.csv', 3],
    ['where', 'evals/tables/more.csv', 6],
  ]);
  expect(cases[1]?.tags).toEqual(['t']);
  expect(cases[2]).toMatchObject({
    tags: ['a', 'b'],
    gate: true,
    configurable: { locale: 'de' },
    turns: [
      {
        ask: 'Which, and\nhow many?',
        expect: {
          path: { any: [['x', 'y']], mode: 'strict' },
          takenBy: ['a'],
          facts: { all: [['457'], ['one | two']], none: [] },
          calls: { calls: [{ name: 't', args: {} }], mode: 'contains', ordered: false },
          within: { milliseconds: 2500 },
          refuses: false,
        },
      },
    ],
  });
  expect(cases[3]?.turns.map(({ expect }) => expect)).toEqual([{ takenBy: ['a'] }]);
});

test('a link leads no file of cases out of the project', async () => {
  const outside = await makeProject({ 'x.jsonl': '{"ask": "Why?", "expect": {"facts": ["so"]}}\n' });
  project = await makeProject({ 'evals/s.yaml': 'graph: g\nfrom: [x.jsonl]\n' });
  await symlink(path.join(outside.dir, 'x.jsonl'), path.join(project.dir, 'evals/x.jsonl'));
  const { problems } = await readSuites(project.dir);
  await outside.remove();
  expect(problems.map(({ line, message }) => [line, message])).toEqual([
    [2, '"x.jsonl" leads out of the project.'],
  ]);
});

const define = `import { defineSuite } from '${pathToFileURL(path.join(root, 'src/eval/suites/define-suite.ts')).href}';\n`;

test('a suite in code is the same, with functions', async () => {
  const text = `${define}
export const suite = defineSuite({
  graph: 'g',
  tags: ['code'],
  cases: async ({ projectDir }) => [
    { ask: projectDir.length > 0 ? 'Why?' : 'Nowhere?', expect: { facts: ['so'] } },
    { id: 'how', ask: 'How?', expect: { facts: undefined } },
  ],
  expect: { facts: ['so'] },
  unavailable: () => undefined,
  setup: async () => undefined,
});
`;
  const { suites, problems, skipped } = await read({ 'evals/code.eval.ts': text });
  expect([problems, skipped]).toEqual([[], []]);
  expect(suites[0]).toMatchObject({ name: 'code', graph: 'g', file: 'evals/code.eval.ts' });
  expect(suites[0]?.setup).toBeInstanceOf(Function);
  expect(suites[0]?.cases.map(({ id, tags, source }) => [id, tags, source.line])).toEqual([
    ['why', ['code'], 7],
    ['how', ['code'], 8],
  ]);
});

test('a suite that cannot run here says why, and finds no cases', async () => {
  const text = `${define}
export const suite = defineSuite({
  graph: 'g',
  unavailable: async () => 'there is no data',
  cases: () => { throw new Error('asked all the same'); },
});
`;
  expect(await read({ 'evals/code.eval.ts': text })).toEqual({
    suites: [],
    skipped: [{ name: 'code', file: 'evals/code.eval.ts', skipped: 'there is no data' }],
    problems: [],
  });
});

test('suites are read by name, those in folders only by name, and lists of other things never', async () => {
  const good = 'graph: g\ncases:\n  - { ask: Why?, expect: { facts: [so] } }\n';
  const files = {
    'evals/one.yaml': good,
    'evals/two.yml': good,
    'evals/adapters/three.yaml': good,
    'evals/adapters/deep/four.yaml': good,
    'evals/questions.yaml': '- question: Why?\n',
    'evals/notes.md': 'x',
    'evals/helper.ts': 'throw new Error("imported");',
    'evals/baselines/one.offline.json': '{}',
  };
  project = await makeProject(files);
  const { dir } = project;
  const names = async (...wanted: string[]) => {
    const { suites, problems } = await readSuites(dir, wanted);
    return [...suites.map(({ name }) => name), ...problems.map(({ message }) => message)];
  };
  expect(await names()).toEqual(['one', 'two']);
  expect(await names('evals/two.yml')).toEqual(['two']);
  expect(await names('three', 'one')).toEqual(['three', 'one']);
  expect(await names('adapters')).toEqual(['three']);
  expect(await names('tow')).toEqual(['There is no suite "tow". Did you mean "two"?']);
  expect(await names('questions')).toEqual(['There is no suite "questions". There are: three, one, two.']);
});

test('a project without suites has none', async () => {
  expect(await read({ 'graphs/g.yaml': '' })).toEqual({ suites: [], skipped: [], problems: [] });
});

test('the suites of this project have no mistakes', async () => {
  project = undefined;
  const { suites, problems } = await readSuites(root);
  expect(problems).toEqual([]);
  expect(suites.length).toBeGreaterThan(0);
});
