import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect } from '../../support/logged-events.ts';
import { gatedStep, openRunDesk, type RunDesk, saying, type Values } from '../../support/run-desk.ts';
import { call, say } from '../../support/scripted-model.ts';

let desk: RunDesk;

beforeAll(async () => {
  desk = await openRunDesk();
});
afterAll(() => desk.service.stop());

interface Part {
  event: string;
  data: unknown;
}

const contents = ({ messages = [] }: { messages?: Values['messages'] }) =>
  messages.map(({ content }) => content);

/** A thread of two turns, and its states, newest first. */
async function twoTurns(...after: Parameters<RunDesk['service']['script']>) {
  const { client, service, makeThread } = desk;
  service.script(say('One.'), say('Two.'), ...after);
  const threadId = await makeThread();
  await client.runs.wait(threadId, 'desk', { input: saying('1?') });
  await client.runs.wait(threadId, 'desk', { input: saying('2?') });
  return { threadId, history: await historyOf(threadId) };
}

const historyOf = (threadId: string) => desk.client.threads.getHistory<Values>(threadId, { limit: 100 });

test('a run from an older state begins a branch, which is the newest then; history has both', async () => {
  const { client, texts } = desk;
  const { threadId, history } = await twoTurns(say('Two, anew.'), say('Three.'));
  const fork = history.find(({ values }) => contents(values).at(-1) === 'One.');
  const parts: Part[] = await collect(
    client.runs.stream(threadId, 'desk', {
      input: saying('2, edited?'),
      checkpointId: fork?.checkpoint.checkpoint_id ?? '',
      streamMode: 'values',
    }),
  );
  const values = parts.filter(({ event }) => event === 'values').map(({ data }) => contents(data as Values));
  expect(values[0]).toEqual(['1?', 'One.', '2, edited?']);
  expect(values.at(-1)).toEqual(['1?', 'One.', '2, edited?', 'Two, anew.']);
  expect(JSON.stringify(values)).not.toContain('Two."');
  expect(await texts(threadId)).toEqual(['1?', 'One.', '2, edited?', 'Two, anew.']);
  const both = await historyOf(threadId);
  const ends = both.map((state) => contents(state.values).at(-1));
  expect(ends).toEqual(expect.arrayContaining(['Two.', 'Two, anew.']));
  expect(both.slice(-history.length)).toEqual(history);
  await client.runs.wait(threadId, 'desk', { input: saying('3?') });
  expect(await texts(threadId)).toEqual(['1?', 'One.', '2, edited?', 'Two, anew.', '3?', 'Three.']);
});

test('an answer is made anew, from the state before its question was taken in or right behind it', async () => {
  const { client, service, texts } = desk;
  const { threadId, history } = await twoTurns(say('Two, anew.'), say('Two, once more.'));
  const asked = history.findLast(({ values }) => contents(values).at(-1) === '2?');
  await client.runs.wait(threadId, 'desk', { input: null, checkpoint: asked?.checkpoint as never }); // typed narrower than the API
  expect(await texts(threadId)).toEqual(['1?', 'One.', '2?', 'Two, anew.']);
  const before = history.find(
    ({ checkpoint }) => checkpoint.checkpoint_id === asked?.parent_checkpoint?.checkpoint_id,
  );
  const answer = await service.app.request(`/threads/${threadId}/runs/wait`, {
    method: 'POST',
    body: JSON.stringify({
      assistant_id: 'desk',
      input: { messages: '2, edited?' },
      config: { configurable: { checkpoint_id: before?.checkpoint.checkpoint_id } },
    }),
  });
  expect(contents((await answer.json()) as Values)).toEqual(['1?', 'One.', '2, edited?', 'Two, once more.']);
  expect(await texts(threadId)).toEqual(['1?', 'One.', '2, edited?', 'Two, once more.']);
});

test('the newest state is no branch: clients send the state that they see', async () => {
  const { client, texts } = desk;
  const { threadId, history } = await twoTurns(say('Three.'));
  await client.runs.wait(threadId, 'desk', {
    input: saying('3?'),
    checkpoint: history[0]?.checkpoint as never,
  });
  expect(await texts(threadId)).toEqual(['1?', 'One.', '2?', 'Two.', '3?', 'Three.']);
});

test('an answer is to what waits now, not to what waited at an older state', async () => {
  const { client, service, makeThread } = desk;
  service.script(call('look_up', { order: 7 }), say('It is on its way.'));
  const threadId = await makeThread();
  await client.runs.wait(threadId, 'till', { input: saying('Where is 7?') });
  const [waiting, older] = await historyOf(threadId);
  const answerAt = (checkpointId: string | null | undefined) =>
    client.runs.wait(threadId, 'till', {
      command: { resume: 'accept' },
      checkpointId: checkpointId ?? '',
      raiseError: true,
    });
  await expect(answerAt(older?.checkpoint.checkpoint_id)).rejects.toThrow('nothing to go on with');
  expect((await client.threads.get(threadId)).status).toBe('interrupted');
  await answerAt(waiting?.checkpoint.checkpoint_id);
  expect((await desk.texts(threadId)).at(-1)).toBe('It is on its way.');
});

test('a branch that is taken back leaves the thread at what was its newest state', async () => {
  const { client, texts } = desk;
  const gate = gatedStep(say('Never said.'));
  const { threadId, history } = await twoTurns(gate.step);
  const run = await client.runs.create(threadId, 'desk', {
    input: saying('1, edited?'),
    checkpointId: history.at(-1)?.checkpoint.checkpoint_id ?? '',
  });
  await gate.begun;
  await client.runs.cancel(threadId, run.run_id, true, 'rollback');
  expect(await texts(threadId)).toEqual(['1?', 'One.', '2?', 'Two.']);
  expect(await historyOf(threadId)).toEqual(history);
});

test('a state that is gone when its turn comes is nothing to go on with', async () => {
  const { client, endOf, texts } = desk;
  const gate = gatedStep(say('Never said.'));
  const { threadId } = await twoTurns(gate.step);
  const first = await client.runs.create(threadId, 'desk', { input: saying('3?'), durability: 'sync' });
  await gate.begun;
  const [newest] = await historyOf(threadId);
  const second = await client.runs.create(threadId, 'desk', {
    input: saying('4?'),
    checkpointId: newest?.checkpoint.checkpoint_id ?? '',
  });
  await client.runs.cancel(threadId, first.run_id, true, 'rollback');
  expect(await endOf(threadId, second.run_id)).toBe('error');
  expect(await texts(threadId)).toEqual(['1?', 'One.', '2?', 'Two.']);
  expect((await client.threads.get(threadId)).status).toBe('idle');
});
