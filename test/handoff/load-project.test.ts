import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadProject } from '../../src/handoff/load-project.ts';
import { formatProblem } from '../../src/yaml/file-problem.ts';
import { root } from '../support/start-process.ts';
import { agentText, makeProject, toolText } from '../support/temp-project.ts';
import { type BrokenFiles, brokenFiles, wholeProject } from './broken-files.ts';

const toolOf = (name: string) =>
  toolText(name, `return ''`).replace('({})', '({ order: z.string().optional() })');

/** A folder that holds the whole project, with these files instead of its own or beside them. */
async function projectOf(files: BrokenFiles['files'] = {}): Promise<string> {
  const texts = Object.entries({ ...wholeProject, ...files }).flatMap(([file, text]) =>
    text === undefined ? [] : [[file, text.startsWith('TOOL ') ? toolOf(text.slice(5)) : text] as const],
  );
  const project = await makeProject(Object.fromEntries(texts));
  onTestFinished(project.remove);
  return project.dir;
}

async function problemsIn(dir: string): Promise<string[]> {
  const { problems } = await loadProject(dir);
  return problems.map(formatProblem);
}

/** What is said, with the words of the system left out where the corpus leaves them out. */
function asExpected(found: string[], expected: string[]): string[] {
  return found.map((line, at) => {
    const start = expected[at]?.endsWith('…') ? expected[at].slice(0, -1) : undefined;
    return start !== undefined && line.startsWith(start) ? `${start}…` : line;
  });
}

test('the project’s own files have no mistakes', async () => {
  const { problems, graphs } = await loadProject(root);
  expect(problems.map(formatProblem)).toEqual([]);
  expect([...graphs.keys()]).toContain('films');
});

test.each(brokenFiles)('of $mistake, all is said and no more', async ({ files, problems }) => {
  expect(asExpected(await problemsIn(await projectOf(files)), problems)).toEqual(problems);
});

test('no two mistakes of the corpus are the same', () => {
  expect(new Set(brokenFiles.map(({ mistake }) => mistake)).size).toBe(brokenFiles.length);
  expect(new Set(brokenFiles.map(({ files }) => JSON.stringify(files))).size).toBe(brokenFiles.length);
});

test.each([
  [
    'a letter of another encoding',
    Buffer.from('start: a\n# caf\xe9\n', 'latin1'),
    '2: error: It is not UTF-8 from here on: save it as UTF-8.',
  ],
  ['UTF-16', Buffer.from('\ufeffstart: a\n', 'utf16le'), '1: error: It is UTF-16: save it as UTF-8.'],
  [
    'two megabytes',
    Buffer.alloc(2_000_000, '#'),
    '1: error: It is too large: 2000000 bytes, where 1000000 are allowed.',
  ],
])('of bytes that are no graph, %s, the line is said', async (_, bytes, problem) => {
  const dir = await projectOf();
  await writeFile(path.join(dir, 'graphs/g.yaml'), bytes);
  expect(await problemsIn(dir)).toEqual([`graphs/g.yaml:${problem}`]);
});

test('folders, links that lead nowhere and links that lead to themselves are no agents', async () => {
  const dir = await projectOf();
  await mkdir(path.join(dir, 'agents/folder.md'));
  await symlink('nobody.md', path.join(dir, 'agents/lost.md'));
  await symlink('loop.md', path.join(dir, 'agents/loop.md'));
  await symlink('a.md', path.join(dir, 'agents/same.md'));
  expect(await problemsIn(dir)).toEqual([
    'agents/folder.md:1: error: This is a folder or the like, not a file.',
    'agents/loop.md:1: error: It cannot be read: it is a link that leads to itself.',
    'agents/lost.md:1: error: It cannot be read: it is a link to a file that is not there.',
  ]);
});

test('a file that this user may not read says so', async ({ skip }) => {
  skip(process.getuid?.() === 0, 'the superuser may read everything');
  const dir = await projectOf();
  await chmod(path.join(dir, 'agents/b.md'), 0);
  expect(await problemsIn(dir)).toContain(
    'agents/b.md:1: error: It cannot be read: this user may not read it.',
  );
});

test('hidden files and those that editors leave behind are passed over', async () => {
  const text = agentText('You are a draft.');
  const dir = await projectOf({ 'agents/.a.md.swp': text, 'agents/a.md~': text, 'agents/notes.pdf': text });
  expect(await problemsIn(dir)).toEqual([]);
});

test('one bad graph leaves the others on the shelf', async () => {
  const dir = await projectOf({ 'graphs/bad.yaml': 'start: x\nagents: [a]\n' });
  const { graphs, broken } = await loadProject(dir);
  expect([[...graphs.keys()], [...broken]]).toEqual([['g'], ['bad']]);
});
