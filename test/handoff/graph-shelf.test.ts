import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AppContext, openContext } from '../../src/app-context.ts';
import type { ToolContext } from '../../src/handoff/define-tool.ts';
import { watchRun } from '../../src/turn/watch-run.ts';
import { ask, type RunIds, watch } from '../support/ask.ts';
import { testConfig } from '../support/open-test-context.ts';
import { call, type Step, say, scriptedModel, transfer } from '../support/scripted-model.ts';
import { agentText, makeProject, type TempProject, toolText } from '../support/temp-project.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** What the tools of the project and the tests share: the tools are modules of their own. */
interface Shared {
  gate: PromiseWithResolvers<void>;
  prepared: string[];
}
const shared: Shared = { gate: Promise.withResolvers<void>(), prepared: [] };
Object.assign(globalThis, { batonTest: shared });

const slow = toolText('slow', `say('waiting'); await globalThis.batonTest.gate.promise; return 'done';`);
const word = (text: string) =>
  toolText('word', `return '${text}';`, `globalThis.batonTest.prepared.push('${text}');`);
const files = {
  'agents/front.md': agentText('You are at the front.'),
  'agents/back.md': agentText('You are in the back.', 'tools: [slow, word]'),
  'graphs/one.yaml': 'start: front\nagents: [front, back]\nhandoffs:\n  front:\n    back: it is about rent\n',
  'graphs/two.yaml': 'start: back\nagents: [back]\n',
  'graphs/three.yaml': 'start: front\nagents: [front]\n',
  'tools/slow.ts': slow,
  'tools/word.ts': word('red'),
};

let made: TestDatabase;
let project: TempProject;
let context: AppContext;
let model = scriptedModel([]);
let lines: { msg: string; file?: string; line?: number; graph?: string }[] = [];

beforeAll(async () => {
  made = await makeTestDatabase();
  project = await makeProject(files);
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  context = await openContext(testConfig(project.dir), log, {
    database: made.database,
    chat: (request, onText) => model(request, onText),
    watch: true,
  });
});
afterAll(async () => {
  await context?.close(0);
  await made?.drop();
  await project?.remove();
});

/** Every test begins with the files as they were. */
beforeEach(async () => {
  await project.write(files);
  await expect.poll(() => context.graphs.problems).toEqual([]);
  await expect.poll(() => context.graphs.list().map(({ graph }) => graph.text)).toEqual(texts(files));
  await expect.poll(() => promptOf('front')).toBe('You are at the front.');
  await expect.poll(sayWord).toBe('red');
  lines = [];
});

const texts = (all: Record<string, string>) =>
  ['one', 'three', 'two'].map((name) => all[`graphs/${name}.yaml`]);
const promptOf = (agent: string) => context.graphs.get('one')?.seats.get(agent)?.agent.prompt;
const sayWord = () => toolOf('word')?.run({}, {} as ToolContext); // it looks at nothing
const toolOf = (name: string) =>
  context.graphs
    .get('two')
    ?.seats.get('back')
    ?.tools.find((tool) => tool.name === name);
const versionOf = (graph: string) => context.graphs.get(graph)?.version;

function script(...steps: Step[]) {
  model = scriptedModel(steps);
  return model;
}

/** The first event of a run of a kind. */
async function firstOf(ids: RunIds, type: string) {
  for await (const event of watchRun(context, { ...ids, signal: new AbortController().signal }))
    if (event.type === type) return event;
  throw new Error(`no ${type}`);
}

test('a changed reason is in the transfer tool of the next turn', async () => {
  const before = versionOf('one');
  await project.write({ 'graphs/one.yaml': files['graphs/one.yaml'].replace('about rent', 'about money') });
  await expect.poll(() => versionOf('one')).not.toBe(before);
  const chat = script(say('Hello.'));
  await watch(context, await ask(context, 'hi', { graph: 'one' }));
  expect(chat.requests[0]?.tools.map(({ name, description }) => [name, description])).toEqual([
    ['transfer_to_back', 'Hand the conversation over to back: it is about money'],
  ]);
});

test('a turn that runs goes on with the version that it began with', async () => {
  shared.gate = Promise.withResolvers();
  const before = versionOf('one');
  const chat = script(transfer('back'), call('slow'), say('Done.'), say('New.'));
  const ids = await ask(context, 'work', { graph: 'one' });
  await firstOf(ids, 'custom');
  await project.write({ 'agents/back.md': agentText('You are new here.', 'tools: [word]') });
  await expect.poll(() => promptOf('back')).toBe('You are new here.');
  shared.gate.resolve();

  const events = await watch(context, ids);
  expect(events[0]).toMatchObject({ type: 'turn-start', version: before });
  expect(events.at(-1)).toMatchObject({ type: 'turn-end', answer: { content: 'Done.' } });
  expect(chat.requests[2]?.system).toContain('You are in the back.');
  const next = await watch(context, await ask(context, 'again', { graph: 'two' }));
  expect(next[0]).toMatchObject({ version: versionOf('two') });
  expect(chat.requests[3]?.system).toContain('You are new here.');
  expect(chat.requests[3]?.tools.map(({ name }) => name)).toEqual(['word']);
});

test('a file with mistakes leaves the graphs that need it as they are, and others load', async () => {
  const before = versionOf('one');
  await project.write({
    'agents/back.md': agentText('You are wrong.', 'toolz: [word]'),
    'agents/front.md': agentText('You are right.'),
  });
  await expect
    .poll(() => context.graphs.get('three')?.seats.get('front')?.agent.prompt)
    .toBe('You are right.');
  expect(versionOf('one')).toBe(before);
  expect(context.graphs.list().map(({ name }) => name)).toEqual(['one', 'three', 'two']);
  const said = { file: 'agents/back.md', line: 2, msg: '"toolz" is not known here. Did you mean "tools"?' };
  expect(lines).toContainEqual(expect.objectContaining(said));
  script(say('I am still here.'));
  expect((await watch(context, await ask(context, 'hi', { graph: 'one' }))).at(-1)).toMatchObject({
    answer: { content: 'I am still here.' },
  });

  await project.write({ 'agents/back.md': agentText('You are mended.', 'tools: [word]') });
  await expect.poll(() => promptOf('back')).toBe('You are mended.');
  expect(lines).toContainEqual(
    expect.objectContaining({ file: 'agents/back.md', msg: 'the file is good again' }),
  );
  expect(lines.filter(({ msg }) => msg === said.msg)).toHaveLength(1);
});

test('an emptied file is a file with mistakes', async () => {
  const before = versionOf('one');
  await project.write({ 'graphs/one.yaml': '', 'agents/front.md': '' });
  await expect
    .poll(() => context.graphs.problems.map(({ file }) => file))
    .toEqual(expect.arrayContaining(['agents/front.md', 'graphs/one.yaml']));
  expect(versionOf('one')).toBe(before);
});

test('a new graph appears, and a deleted one leaves', async () => {
  await project.write({ 'graphs/four.yaml': 'start: back\nagents: [back]\n', 'graphs/two.yaml': undefined });
  await expect.poll(() => context.graphs.list().map(({ name }) => name)).toEqual(['four', 'one', 'three']);
  await expect(ask(context, 'hi', { graph: 'two' })).rejects.toThrow('There is no graph "two".');
  await project.write({ 'graphs/four.yaml': undefined });
  await expect.poll(() => context.graphs.get('four')).toBeUndefined();
});

test('a changed tool is made ready, and its new code runs', async () => {
  const before = context.graphs.get('two');
  shared.prepared = [];
  await project.write({ 'tools/word.ts': word('blue') });
  await expect.poll(() => context.graphs.get('two')).not.toBe(before);
  expect(shared.prepared).toEqual(['blue']);
  expect(versionOf('two')).toBe(before?.version);
  script(call('word'), say('It is that.'));
  const events = await watch(context, await ask(context, 'which?', { graph: 'two' }));
  expect(events.find(({ type }) => type === 'call-end')).toMatchObject({ message: { content: 'blue' } });
});

test('a tool that does not load leaves its graphs as they are until it is mended', async () => {
  const before = context.graphs.get('two');
  await project.write({ 'tools/word.ts': 'export const tool = ;' });
  await expect.poll(() => context.graphs.problems.map(({ file }) => file)).toContain('tools/word.ts');
  expect(context.graphs.get('two')).toBe(before);
  script(call('word'), say('It is that.'));
  const events = await watch(context, await ask(context, 'which?', { graph: 'two' }));
  expect(events.find(({ type }) => type === 'call-end')).toMatchObject({ message: { content: 'red' } });
});

test('a tool that cannot be made ready leaves its graphs as they are', async () => {
  const before = context.graphs.get('two');
  await project.write({ 'tools/word.ts': toolText('word', `return 'x'`, `throw new Error('no disk')`) });
  await expect
    .poll(() => lines.map(({ msg }) => msg))
    .toContain('the changed graph cannot be used and stays as it was');
  expect(context.graphs.get('two')).toBe(before);
});

test('files that are saved by renaming, and several at once, are one change', async () => {
  await project.swap('agents/front.md', agentText('You were moved here.'));
  await expect.poll(() => promptOf('front')).toBe('You were moved here.');

  const file = path.join(project.dir, 'agents/front.md');
  await rename(file, `${file}~`);
  await project.write({ 'agents/front.md': agentText('You were written anew.') });
  await expect.poll(() => promptOf('front')).toBe('You were written anew.');
  await rm(`${file}~`);

  await project.write({
    'agents/extra.md': agentText('You are extra.'),
    'tools/more.ts': toolText('more', `return 'more';`),
    'agents/back.md': agentText('You are in the back.', 'tools: [slow, word, more]'),
    'graphs/one.yaml': files['graphs/one.yaml']
      .replace('back]', 'back, extra]')
      .concat('    extra: it is extra\n'),
  });
  await expect.poll(() => [...(context.graphs.get('one')?.seats.keys() ?? [])]).toContain('extra');
  expect(lines.filter(({ line }) => line !== undefined)).toEqual([]);
  await project.write({ ...files, 'agents/extra.md': undefined, 'tools/more.ts': undefined });
});

test('a folder that is moved away and comes back is followed again', async () => {
  const agents = path.join(project.dir, 'agents');
  await rename(agents, `${agents}-away`);
  await expect.poll(() => context.graphs.problems.length).toBeGreaterThan(0);
  expect(context.graphs.list()).toHaveLength(3);
  await rename(`${agents}-away`, agents);
  await expect.poll(() => context.graphs.problems).toEqual([]);
  await project.write({ 'agents/front.md': agentText('You are back.') });
  await expect.poll(() => promptOf('front')).toBe('You are back.');
});

test.skipIf(!existsSync('/proc/self/fdinfo'))('loading again takes no more watches', async () => {
  const before = await countWatches();
  expect(before).toBeGreaterThan(3);
  for (const text of ['a', 'b', 'c', 'd']) {
    await project.write({ 'agents/front.md': agentText(text) });
    await expect.poll(() => promptOf('front')).toBe(text);
  }
  expect(await countWatches()).toBe(before);
});

/** Linux tells what a process watches. */
async function countWatches(): Promise<number> {
  const open = await readdir('/proc/self/fdinfo');
  const told = await Promise.all(
    open.map((fd) => readFile(`/proc/self/fdinfo/${fd}`, 'utf8').catch(() => '')),
  );
  return told.join('').match(/^inotify wd:/gm)?.length ?? 0;
}
