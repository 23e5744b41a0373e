import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Case } from '../../../src/eval/suite.ts';
import type { WrittenCase } from '../../../src/eval/suites/case-schema.ts';
import { readSuites } from '../../../src/eval/suites/read-suites.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { root } from '../../support/start-process.ts';
import { makeProject, type TempProject } from '../../support/temp-project.ts';
import { writtenCase } from './written-cases.ts';

let project: TempProject;
beforeAll(async () => {
  project = await makeProject({});
});
afterAll(() => project.remove());

async function readAll(files: Record<string, string>): Promise<Case[]> {
  await project.write(files);
  const { suites, problems } = await readSuites(project.dir);
  expect(problems).toEqual([]);
  return suites.flatMap(({ cases }) => cases);
}

const inYaml = (cases: object[], suite: object = {}) =>
  readAll({ 'evals/s.yaml': stringify({ graph: 'g', ...suite, cases }) });

const inLines = (cases: object[]) =>
  readAll({
    'evals/s.yaml': 'graph: g\nfrom: [s.jsonl]\n',
    'evals/s.jsonl': cases.map((one) => JSON.stringify(one)).join('\n'),
  });

/** The same with the keys of every map the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

const bare = ({ source: _, ...one }: Case) => one;

test('a case is the same from YAML and from lines of JSON, in whatever order its keys stand', async () => {
  const several = fc.array(writtenCase, { minLength: 1, maxLength: 8 });
  const property = fc.asyncProperty(several, async (cases) => {
    const read = await inYaml(cases);
    expect(read).toHaveLength(cases.length);
    expect((await inLines(cases)).map(bare)).toEqual(read.map(bare));
    const other = await inYaml(turned(cases) as object[]); // a list stays one
    expect(other.map(({ hash }) => hash)).toEqual(read.map(({ hash }) => hash));
  });
  await fc.assert(property, { numRuns: runsOf(15), seed: seedOf(7) });
}, 60_000);

test('the JSON Schema for editors takes what is read', async () => {
  const schema = JSON.parse(await readFile(path.join(root, 'schemas/suite.schema.json'), 'utf8'));
  const takes = new Ajv({ strict: false }).compile(schema);
  const property = fc.property(fc.array(writtenCase, { maxLength: 4 }), (cases) => {
    const isTaken = takes({ graph: 'g', cases });
    expect(takes.errors ?? []).toEqual([]);
    return isTaken;
  });
  fc.assert(property, { numRuns: runsOf(100), seed: seedOf(7) });
  expect(takes({ graph: 'g', cases: [{ ask: 'Why?', expect: { fact: ['so'] } }] })).toBe(false);
});

const plain: WrittenCase = {
  ask: 'How many films are there?',
  messages: [{ human: 'Hello' }, { ai: 'Hi', name: 'triage' }],
  configurable: { locale: 'en' },
  expect: { path: ['a', 'b'], calls: [{ t: { x: 1 } }], facts: ['457'], retrieval: ['a.md'] },
};

async function hashOf(one: WrittenCase, suite: object = {}): Promise<string | undefined> {
  const [read] = await inYaml([one], suite);
  return read?.hash;
}

test.each<[string, object, object?]>([
  ['its id', { id: 'other' }],
  ['its tags', { tags: ['other'] }],
  ['its gate', { gate: true }],
  ['the line', {}, { description: 'One\nTwo\nThree' }],
  ['the graph of the suite spelled out', { graph: 'g' }],
  [
    'defaults spelled out',
    {
      expect: {
        path: { any: [['a', 'b']], mode: 'strict' },
        calls: { contains: [{ t: { x: { anyOf: [1] } } }], ordered: false },
        facts: [['457']],
        documents: { relevant: { 'a.md': 1 }, by: 'document', at: 10 },
      },
    },
  ],
  [
    'what is expected standing in the suite',
    { expect: { facts: ['457'] } },
    { expect: { path: ['a', 'b'], calls: [{ t: { x: 1 } }], retrieval: 'a.md' } },
  ],
  [
    'messages as OpenAI writes them',
    {
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Hi', name: 'triage' },
      ],
    },
  ],
])('a hash does not change with %s', async (_, change, suite) => {
  expect(await hashOf({ ...plain, ...change }, suite)).toBe(await hashOf(plain));
});

test.each<[string, object, object?]>([
  ['the question', { ask: 'How many films are here?' }],
  ['the history', { messages: [{ human: 'Hello' }, { ai: 'Hi', name: 'sql' }] }],
  ['what the caller sets', { configurable: { locale: 'de' } }],
  ['the graph', {}, { graph: 'h' }],
  ['a fact', { expect: { ...plain.expect, facts: ['458'] } }],
  ['the order of a path', { expect: { ...plain.expect, path: ['b', 'a'] } }],
  ['an argument', { expect: { ...plain.expect, calls: [{ t: { x: '1' } }] } }],
  ['one expectation more', {}, { expect: { takenBy: 'a' } }],
  [
    'one turn more',
    {
      ask: undefined,
      expect: undefined,
      turns: [{ ask: plain.ask, expect: plain.expect }, { ask: 'And now?' }],
    },
  ],
])('a hash changes with %s', async (_, change, suite) => {
  expect(await hashOf({ ...plain, ...change } as WrittenCase, suite)).not.toBe(await hashOf(plain));
});

test('a hash is the same tomorrow', async () => {
  expect(await hashOf({ ask: 'Why?', expect: { facts: ['so'] } })).toBe('2938554c7c4d3246');
});
