import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatedStep, openRunDesk, type RunDesk, saying } from '../../support/run-desk.ts';
import { call, say } from '../../support/scripted-model.ts';

let desk: RunDesk;

beforeAll(async () => {
  desk = await openRunDesk();
});
afterAll(() => desk.service.stop());

/** A thread that has said hello, with a run that is stuck in the midst of its turn. */
async function busyThread(...after: Parameters<RunDesk['service']['script']>) {
  const { client, service, makeThread } = desk;
  const gate = gatedStep(say('Slow.'));
  service.script(say('Hello.'), gate.step, ...after);
  const threadId = await makeThread();
  await client.runs.wait(threadId, 'desk', { input: saying('Hi!') });
  const first = await client.runs.create(threadId, 'desk', { input: saying('Slow?'), durability: 'sync' });
  await gate.begun;
  return { threadId, first: first.run_id, gate };
}

test('enqueue: turns wait for each other, in the order in which they came', async () => {
  const { client, endOf, texts } = desk;
  const { threadId, first, gate } = await busyThread(say('Two.'), say('Three.'));
  const second = await client.runs.create(threadId, 'desk', { input: saying('Two?') });
  const third = await client.runs.create(threadId, 'desk', {
    input: saying('Three?'),
    multitaskStrategy: 'enqueue',
  });
  expect((await client.runs.get(threadId, second.run_id)).status).toBe('pending');
  gate.open();
  expect(await endOf(threadId, third.run_id)).toBe('success');
  expect(await endOf(threadId, first)).toBe('success');
  expect(await texts(threadId)).toEqual([
    ...['Hi!', 'Hello.', 'Slow?', 'Slow.'],
    ...['Two?', 'Two.', 'Three?', 'Three.'],
  ]);
});

test('reject: a busy thread takes no turn, and is left as it is', async () => {
  const { client, endOf, texts } = desk;
  const { threadId, first, gate } = await busyThread();
  await expect(
    client.runs.create(threadId, 'desk', { input: saying('No?'), multitaskStrategy: 'reject' }),
  ).rejects.toThrow(/409.*busy/);
  gate.open();
  expect(await endOf(threadId, first)).toBe('success');
  expect(await texts(threadId)).toEqual(['Hi!', 'Hello.', 'Slow?', 'Slow.']);
  expect(await client.runs.list(threadId)).toHaveLength(2);
});

test('interrupt: what runs is stopped and what waits too; what was done stays', async () => {
  const { client, endOf, texts } = desk;
  const { threadId, first } = await busyThread(say('New.'));
  const waiting = await client.runs.create(threadId, 'desk', { input: saying('Waits.') });
  const next = await client.runs.create(threadId, 'desk', {
    input: saying('New?'),
    multitaskStrategy: 'interrupt',
  });
  expect(await endOf(threadId, next.run_id)).toBe('success');
  expect(await endOf(threadId, first)).toBe('interrupted');
  expect(await endOf(threadId, waiting.run_id)).toBe('interrupted');
  expect(await texts(threadId)).toEqual(['Hi!', 'Hello.', 'Slow?', 'New?', 'New.']);
});

test('rollback: what runs is taken back, as if it had never been', async () => {
  const { client, endOf, texts } = desk;
  const { threadId, first } = await busyThread(say('New.'));
  const waiting = await client.runs.create(threadId, 'desk', { input: saying('Waits.') });
  const next = await client.runs.create(threadId, 'desk', {
    input: saying('New?'),
    multitaskStrategy: 'rollback',
  });
  expect(await endOf(threadId, next.run_id)).toBe('success');
  expect(await endOf(threadId, first)).toBe('gone');
  expect(await endOf(threadId, waiting.run_id)).toBe('gone');
  expect(await texts(threadId)).toEqual(['Hi!', 'Hello.', 'New?', 'New.']);
  const history = await client.threads.getHistory(threadId, { limit: 100 });
  expect(JSON.stringify(history)).not.toContain('Slow?');
});

test('cancel with rollback takes the state back to what it was before the run', async () => {
  const { client, texts } = desk;
  const { threadId, first } = await busyThread();
  const before = (await client.threads.getHistory(threadId, { limit: 100 })).length;
  await client.runs.cancel(threadId, first, true, 'rollback');
  expect(await texts(threadId)).toEqual(['Hi!', 'Hello.']);
  expect((await client.threads.get(threadId)).status).toBe('idle');
  expect((await client.threads.getHistory(threadId, { limit: 100 })).length).toBeLessThan(before);
  await expect(client.runs.get(threadId, first)).rejects.toThrow('404');
});

test('a decision that is taken back can be made again', async () => {
  const { client, service, makeThread } = desk;
  const gate = gatedStep(say('Never said.'));
  service.script(call('look_up', { order: 7 }), gate.step, say('It is on its way.'));
  const threadId = await makeThread();
  await client.runs.wait(threadId, 'till', { input: saying('Where is 7?') });
  const resumed = await client.runs.create(threadId, 'till', { command: { resume: 'accept' } });
  await gate.begun;
  await client.runs.cancel(threadId, resumed.run_id, true, 'rollback');
  const thread = await client.threads.get(threadId);
  expect(thread.status).toBe('interrupted');
  expect(Object.values(thread.interrupts).flat()).toHaveLength(1);
  await client.runs.wait(threadId, 'till', { command: { resume: 'refuse' } });
  expect(await desk.texts(threadId)).toEqual([
    ...['Where is 7?', ''],
    ...['A person refused this call.', 'It is on its way.'],
  ]);
});

test('runs that wait and runs that begin later are cancelled before they begin', async () => {
  const { client, endOf, texts } = desk;
  const { threadId, first, gate } = await busyThread();
  const waiting = await client.runs.create(threadId, 'desk', { input: saying('Waits.') });
  const later = await client.runs.create(threadId, 'desk', { input: saying('Later.'), afterSeconds: 3_600 });
  await client.runs.cancel(threadId, waiting.run_id, true);
  await client.runs.cancel(threadId, later.run_id, true, 'rollback');
  expect(await endOf(threadId, waiting.run_id)).toBe('interrupted');
  expect(await endOf(threadId, later.run_id)).toBe('gone');
  gate.open();
  expect(await endOf(threadId, first)).toBe('success');
  expect(await texts(threadId)).toEqual(['Hi!', 'Hello.', 'Slow?', 'Slow.']);
  expect((await client.threads.get(threadId)).status).toBe('idle');
});

test('a thread that waits for a person still does when a run that never began is cancelled', async () => {
  const { client, service, makeThread } = desk;
  service.script(call('look_up', { order: 7 }), say('It is on its way.'));
  const threadId = await makeThread();
  await client.runs.wait(threadId, 'till', { input: saying('Where is 7?') });
  for (const action of ['interrupt', 'rollback'] as const) {
    const { run_id } = await client.runs.create(threadId, 'till', {
      command: { resume: 'refuse' },
      afterSeconds: 3_600,
    });
    await client.runs.cancel(threadId, run_id, true, action);
    expect((await client.threads.get(threadId)).status).toBe('interrupted');
  }
  await client.runs.wait(threadId, 'till', { command: { resume: 'accept' } });
  expect((await desk.texts(threadId)).at(-1)).toBe('It is on its way.');
});

test('several runs of a thread are cancelled at once, and all that are open', async () => {
  const { client, endOf } = desk;
  const { threadId, first } = await busyThread();
  const more = [];
  for (const content of ['1', '2', '3'])
    more.push(await client.runs.create(threadId, 'desk', { input: saying(content) }));
  const ids = more.map(({ run_id }) => run_id);
  await client.runs.cancelMany({ threadId, runIds: ids.slice(0, 2) });
  expect(await endOf(threadId, ids[1] ?? '')).toBe('interrupted');
  await client.runs.cancelMany({ status: 'pending' });
  expect(await endOf(threadId, ids[2] ?? '')).toBe('interrupted');
  expect((await client.runs.get(threadId, first)).status).toBe('running');
  await client.runs.cancelMany({ status: 'all', action: 'rollback' });
  expect(await endOf(threadId, first)).toBe('gone');
  const unknown = '01a00000-0000-7000-8000-000000000000';
  await expect(client.runs.cancelMany({ threadId, runIds: [unknown] })).rejects.toThrow('404');
});
