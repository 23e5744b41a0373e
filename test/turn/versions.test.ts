import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AppContext, openContext } from '../../src/app-context.ts';
import { createApp } from '../../src/http/app.ts';
import { openLog } from '../../src/log.ts';
import { readState } from '../../src/turn/thread-state.ts';
import { watchRun } from '../../src/turn/watch-run.ts';
import type { LoggedEvent } from '../../src/turn-event.ts';
import { ask, type RunIds, watch } from '../support/ask.ts';
import { testConfig } from '../support/open-test-context.ts';
import { call, type Step, say, scriptedModel } from '../support/scripted-model.ts';
import { agentText, makeProject, type TempProject, toolText } from '../support/temp-project.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const files = {
  'agents/clerk.md': agentText('You are the first clerk.', 'tools: [look]'),
  'agents/helper.md': agentText('You are the first helper.', 'tools: [look]'),
  'graphs/desk.yaml': 'start: clerk\nagents: [clerk]\n',
  'graphs/till.yaml': 'start: helper\nagents: [helper]\napprove: [look]\n',
  'tools/look.ts': toolText('look', `return 'seen';`),
};
const second = { 'agents/clerk.md': agentText('You are the second clerk.') };

let made: TestDatabase;
let project: TempProject;
let context: AppContext;
let model = scriptedModel([]);

beforeAll(async () => {
  made = await makeTestDatabase();
  project = await makeProject(files);
  context = await start();
});
afterAll(async () => {
  await context?.close(0);
  await made?.drop();
  await project?.remove();
});
beforeEach(() => restart(files));

/** Opens the service on the same database, as a restart or another process does. */
function start(): Promise<AppContext> {
  const database = { ...made.database, close: async () => undefined }; // the contexts have it one after the other
  return openContext(testConfig(project.dir), openLog('silent', false), {
    database,
    chat: (request, onText) => model(request, onText),
  });
}

async function restart(changed: Record<string, string | undefined>): Promise<void> {
  await context.close(0);
  await project.write(changed);
  context = await start();
}

function script(...steps: Step[]) {
  model = scriptedModel(steps);
  return model;
}

const versionOf = (events: LoggedEvent[]) => events.find((event) => event.type === 'turn-start')?.version;
const newest = (graph = 'desk') => context.graphs.get(graph)?.version;

test('a thread goes on with the version that it began with, and a new one has the newest', async () => {
  const chat = script(say('one'), say('two'), say('three'));
  const { threadId, runId } = await ask(context, 'hi');
  const first = versionOf(await watch(context, { threadId, runId }));
  expect(first).toBe(newest());

  await restart(second);
  expect(newest()).not.toBe(first);
  expect(versionOf(await watch(context, await ask(context, 'go on', { threadId })))).toBe(first);
  expect(versionOf(await watch(context, await ask(context, 'hi')))).toBe(newest());
  expect(chat.requests.map(({ system }) => /the (\w+) clerk/.exec(system)?.[1])).toEqual([
    'first',
    'first',
    'second',
  ]);
  expect(chat.requests.map(({ tools }) => tools.length)).toEqual([1, 1, 0]);
});

test('asked for the newest version, a thread goes on with that one from then on', async () => {
  script(say('one'), say('two'), say('three'));
  const { threadId, runId } = await ask(context, 'hi');
  const first = versionOf(await watch(context, { threadId, runId }));
  await restart(second);
  const asked = await ask(context, 'go on', { threadId, version: 'newest' });
  expect(versionOf(await watch(context, asked))).toBe(newest());
  const chosen = newest();
  await restart(files);
  expect(newest()).toBe(first);
  expect(versionOf(await watch(context, await ask(context, 'and on', { threadId })))).toBe(chosen);
});

test('a thread that is used with another graph is pinned to the newest version of that', async () => {
  script(say('one'), say('two'), say('three'));
  const { threadId, runId } = await ask(context, 'hi', { graph: 'till' });
  await watch(context, { threadId, runId });
  await restart(second);
  expect(versionOf(await watch(context, await ask(context, 'hi', { threadId })))).toBe(newest('desk'));
  const { graph, graph_version } = await threadOf(threadId);
  expect([graph, graph_version]).toEqual(['desk', newest('desk')]);
});

test('a version whose tool is gone ends the turn with an error that names it, and the newest one goes on', async () => {
  script(say('one'), say('two'));
  const { threadId, runId } = await ask(context, 'hi');
  const first = versionOf(await watch(context, { threadId, runId }));
  await restart({
    ...second,
    'agents/helper.md': agentText('You have nothing.'),
    'graphs/till.yaml': 'start: helper\nagents: [helper]\n',
    'tools/look.ts': undefined,
  });
  const events = await watch(context, await ask(context, 'go on', { threadId }));
  expect(events).toMatchObject([
    {
      type: 'turn-error',
      error: 'internal',
      message: `This thread is pinned to version ${first} of "desk", whose agent "clerk" uses the tool "look", and there is no such tool any more. To go on with the newest version, send graph_version: "newest", in config.configurable (LangGraph) or in metadata (OpenAI).`,
    },
  ]);
  expect((await readState(context, threadId))?.values.messages).toHaveLength(2);
  const asked = await ask(context, 'go on', { threadId, version: 'newest' });
  expect((await watch(context, asked)).at(-1)).toMatchObject({ answer: { content: 'two' } });
});

test('a turn that waited runs on the version that it was accepted for', async () => {
  const gate = Promise.withResolvers<void>();
  const answer = (text: string) => async () => {
    await gate.promise;
    return say(text);
  };
  script(answer('one'), say('one again'), say('two'), say('three'));
  const ids = await ask(context, 'hi');
  const waiting = await ask(context, 'go on', { threadId: ids.threadId });
  await reachModel(ids);
  await restartWhile(gate);
  const events = await watch(context, waiting);
  expect(versionOf(events)).not.toBe(newest());
  expect(events.at(-1)).toMatchObject({ answer: { name: 'clerk' } });
});

/** Restarts with another version while a turn is under way: the turn is handed over, and the one behind it is found again. */
async function restartWhile(gate: PromiseWithResolvers<void>): Promise<void> {
  const restarted = restart(second);
  gate.resolve();
  await restarted;
}

async function reachModel(ids: RunIds): Promise<void> {
  for await (const event of watchRun(context, { ...ids, signal: new AbortController().signal }))
    if (event.type === 'agent-start') return;
}

test('a turn that waits for a person is answered on its version, though its agent is gone', async () => {
  script(call('look'), say('It was seen.'));
  const { threadId, runId } = await ask(context, 'look', { graph: 'till' });
  await watch(context, { threadId, runId });
  await restart({
    'agents/helper.md': undefined,
    'graphs/till.yaml': 'start: clerk\nagents: [clerk]\n',
  });
  expect((await readState(context, threadId))?.next).toEqual(['tools']);
  const resumed = await ask(context, '', { graph: 'till', threadId, input: [], resume: 'accept' });
  expect((await watch(context, resumed)).at(-1)).toMatchObject({
    type: 'turn-end',
    answer: { name: 'helper', content: 'It was seen.' },
  });
});

test('a version is kept once, as the texts of its files, and is seated once', async () => {
  script(say('one'), say('two'));
  for (const question of ['hi', 'ho']) await watch(context, await ask(context, question));
  const rows = await context.db
    .selectFrom('baton.graph_version')
    .select('files')
    .where('graph', '=', 'desk')
    .where('version', '=', newest() ?? '')
    .execute();
  expect(rows).toEqual([
    { files: { graph: files['graphs/desk.yaml'], agents: { clerk: files['agents/clerk.md'] } } },
  ]);
  const version = newest() ?? '';
  await restart(second);
  const both = await Promise.all([
    context.graphs.open('desk', version),
    context.graphs.open('desk', version),
  ]);
  expect(both[0]).toBe(both[1]);
  await expect(context.graphs.open('desk', 'none')).rejects.toThrow(
    'Version none of the graph "desk" is not kept.',
  );
});

test('both doors take the wish for the newest version, and no other', async () => {
  script(say('one'), say('two'), say('three'), say('four'));
  const threadId = randomUUID();
  const post = (url: string, body: object) =>
    createApp(context).request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const complete = (more: object) =>
    post('/v1/chat/completions', {
      model: 'desk',
      messages: [{ role: 'user', content: 'hi' }],
      metadata: { thread_id: threadId, ...more },
    });
  const run = (more: object) =>
    post(`/threads/${threadId}/runs/wait`, {
      assistant_id: 'desk',
      input: { messages: [{ role: 'user', content: 'hi' }] },
      ...more,
    });
  const pinned = async () => (await threadOf(threadId)).graph_version;

  expect((await complete({})).status).toBe(200);
  const first = newest();
  await restart(second);
  expect((await complete({})).status).toBe(200);
  expect(await pinned()).toBe(first);
  expect((await complete({ graph_version: 'newest' })).status).toBe(200);
  expect(await pinned()).toBe(newest());
  await restart(files);
  expect((await run({ config: { configurable: { graph_version: 'newest' } } })).status).toBe(200);
  expect(await pinned()).toBe(first);
  expect((await complete({ graph_version: 'latest' })).status).toBe(400);
  expect((await run({ config: { configurable: { graph_version: 'latest' } } })).status).toBe(422);
});

function threadOf(threadId: string) {
  return context.db
    .selectFrom('baton.thread')
    .select(['graph', 'graph_version'])
    .where('thread_id', '=', threadId)
    .executeTakeFirstOrThrow();
}
