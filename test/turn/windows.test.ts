import { afterAll, beforeAll, expect, test } from 'vitest';
import { messagesBefore } from '../../src/handoff/state.ts';
import { finalValues } from '../../src/http/langgraph/final-values.ts';
import { savedStates } from '../../src/http/langgraph/saved-states.ts';
import type { Message } from '../../src/message.ts';
import { readState } from '../../src/turn/thread-state.ts';
import { watchRun } from '../../src/turn/watch-run.ts';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { say, scriptedModel } from '../support/scripted-model.ts';
import { agentText, makeProject, type TempProject } from '../support/temp-project.ts';

let project: TempProject;

beforeAll(async () => {
  project = await makeProject({
    'agents/clerk.md': agentText('You are the clerk.'),
    'graphs/desk.yaml': 'start: clerk\nagents: [clerk]\nhistory: { turns: 2 }\n',
  });
});
afterAll(() => project?.remove());

const contents = (messages: Message[] = []) => messages.map(({ content }) => content);

test('a thread keeps as many turns as its graph says, whoever looks at it', async () => {
  const chat = scriptedModel([1, 2, 3, 4, 5].map((turn) => say(`${turn}.`)));
  const context = await openTestContext({ project: project.dir, chat });
  const { threadId } = await ask(context, '1?').then(async (ids) => {
    await watch(context, ids);
    return ids;
  });
  for (const turn of [2, 3, 4]) await watch(context, await ask(context, `${turn}?`, { threadId }));
  const last = await ask(context, '5?', { threadId });
  const events = await watch(context, last);
  expect(events[0]).toMatchObject({ type: 'turn-start', forgets: 2, input: [{ content: '5?' }] });
  expect(contents(chat.requests.at(-1)?.messages)).toEqual(['3?', '3.', '4?', '4.', '5?']);

  const state = await readState(context, threadId);
  const kept = ['3?', '3.', '4?', '4.', '5?', '5.'];
  expect(contents(state?.values.messages)).toEqual(kept);
  const { signal } = new AbortController();
  const told = await finalValues(watchRun(context, { ...last, signal }), savedStates(context));
  expect(contents((told as { messages: Message[] }).messages)).toEqual(kept);
});

test('turns are counted by where a person began to speak', () => {
  const human = (id: string): Message => ({ type: 'human', id, content: id });
  const ai = (id: string): Message => ({
    type: 'ai',
    id,
    name: 'clerk',
    content: id,
    tool_calls: [],
    response_metadata: {},
  });
  const messages = [human('a'), ai('b'), human('c'), human('d'), ai('e'), human('f')];
  expect([1, 2, 3, 9].map((turns) => messagesBefore(messages, turns))).toEqual([5, 2, 0, 0]);
  expect(messagesBefore([], 1)).toBe(0);
});
