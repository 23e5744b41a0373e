import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { getRun } from '../../../src/db/runs.ts';
import { sweepThreads } from '../../../src/turn/sweep-threads.ts';
import { collect } from '../../support/logged-events.ts';
import { gatedStep, openRunDesk, type RunDesk, saying, type Values } from '../../support/run-desk.ts';
import { call, say, transfer } from '../../support/scripted-model.ts';
import { agentText, makeProject, toolText } from '../../support/temp-project.ts';

let desk: RunDesk;

beforeAll(async () => {
  desk = await openRunDesk();
});
afterAll(() => desk.service.stop());

interface Part {
  event: string;
  data: unknown;
}

test('a run stops before and after the nodes that it names, and goes on where it stopped', async () => {
  const { client, service, makeThread, texts } = desk;
  const model = service.script(
    transfer('clerk', { question: 'Where is 7?' }),
    call('look_up', { order: 7 }),
    say('It is on its way.'),
  );
  const threadId = await makeThread();
  await client.runs.wait(threadId, 'desk', { input: saying('Where is 7?'), interruptAfter: ['triage'] });
  expect(model.requests).toHaveLength(1);
  const stopped = await client.threads.getState(threadId);
  expect(stopped.next).toHaveLength(1);
  expect((await client.threads.get(threadId)).status).toBe('interrupted');

  const [before] = await client.runs.list(threadId);
  expect(before).toMatchObject({ status: 'success', kwargs: { interrupt_after: ['triage'] } });
  await client.runs.wait(threadId, 'desk', { input: null, interruptBefore: ['tools'] });
  await client.runs.wait(threadId, 'desk', { input: null, interruptBefore: '*' });
  let rounds = 0;
  while ((await client.threads.getState(threadId)).next.length > 0 && rounds < 9) {
    await client.runs.wait(threadId, 'desk', { input: null });
    rounds += 1;
  }
  expect(rounds).toBeGreaterThan(0);
  model.done();
  expect((await texts(threadId)).at(-1)).toBe('It is on its way.');
  expect((await client.threads.get(threadId)).status).toBe('idle');
  await expect(client.runs.wait(threadId, 'desk', { input: null })).rejects.toThrow(
    /409.*nothing to go on with/,
  );
  expect((await client.threads.get(threadId)).status).toBe('idle');
});

test('a command adds messages and says who speaks', async () => {
  const { client, service, makeThread } = desk;
  const model = service.script(say('The clerk speaks.'), say('Again.'), say('And again.'));
  const threadId = await makeThread();
  const command = { goto: 'clerk', update: saying('To the clerk!') };
  const values = (await client.runs.wait(threadId, 'desk', { command })) as unknown as Values;
  expect(values.messages.map(({ content }) => content)).toEqual(['To the clerk!', 'The clerk speaks.']);
  expect(values.messages.at(-1)).toMatchObject({ name: 'clerk' });
  await client.runs.wait(threadId, 'desk', {
    input: saying('You again!'),
    command: { goto: ['clerk'] as never },
  });
  await client.runs.wait(threadId, 'desk', { command: { update: [['messages', 'And you?']] } });
  expect(model.requests.map(({ agent }) => agent.name)).toEqual(['clerk', 'clerk', expect.any(String)]);
  expect((await desk.texts(threadId)).slice(-2)).toEqual(['And you?', 'And again.']);
});

test('a decision takes a message along', async () => {
  const { client, service, makeThread, texts } = desk;
  service.script(call('look_up', { order: 7 }), say('It is on its way.'));
  const threadId = await makeThread();
  await client.runs.wait(threadId, 'till', { input: saying('Where is 7?') });
  const command = { resume: 'accept', update: saying('Be quick.') };
  await client.runs.wait(threadId, 'till', { command });
  expect(await texts(threadId)).toEqual([
    ...['Where is 7?', '', 'Order 7 is on its way.'],
    ...['Be quick.', 'It is on its way.'],
  ]);
});

test('answers by the id of what waits: others are refused when the caller is strict', async () => {
  const { client, service, makeThread } = desk;
  service.script(call('look_up', { order: 7 }), say('It is on its way.'));
  const threadId = await makeThread();
  const values = (await client.runs.wait(threadId, 'till', {
    input: saying('Where is 7?'),
  })) as unknown as Values;
  const id = values.__interrupt__?.[0]?.id ?? '';
  const answer = (resume: object) =>
    service.app.request(`/threads/${threadId}/runs/wait`, {
      method: 'POST',
      body: JSON.stringify({ assistant_id: 'till', command: { resume }, strict_resume: true }),
    });
  expect((await answer({ ['0'.repeat(32)]: 'accept' })).status).toBe(409);
  const done = await answer({ [id]: 'accept' });
  expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('It is on its way.')]);
  expect((await answer({ [id]: 'accept' })).status).toBe(409);
});

test('tools find the headers of the request, and what the run is', async () => {
  const { service } = desk;
  service.script(say('Hello.'));
  const answer = await service.app.request('/runs/wait', {
    method: 'POST',
    headers: {
      'X-Shop': 'north',
      'X-Api-Key': 'secret',
      'X-Tenant-Id': 't',
      'User-Agent': 'test/1',
      Cookie: 'c=1',
    },
    body: JSON.stringify({
      assistant_id: 'desk',
      input: { messages: 'Hi!' },
      config: { configurable: { voice: 'calm', thread_id: 'mine' } },
    }),
  });
  const run_id = answer.headers.get('Content-Location')?.slice('/runs/'.length) ?? '';
  await answer.text();
  const { configurable } = (await getRun(service.context.db, run_id))?.config ?? {};
  expect(configurable).toEqual({ voice: 'calm', 'x-shop': 'north', 'user-agent': 'test/1' });
});

test('what the caller sets reaches the tools, and nobody else’s names for the run do', async () => {
  const project = await makeProject({
    'agents/clerk.md': agentText('You are the clerk.', 'tools: [tell]'),
    'graphs/desk.yaml': 'start: clerk\nagents: [clerk]\n',
    'tools/tell.ts': toolText('tell', 'return JSON.stringify({ configurable, context });').replace(
      '{ say }: { say(data: unknown): void }',
      '{ configurable, context }: { configurable: object; context: object }',
    ),
  });
  onTestFinished(() => project.remove());
  const { service, client, makeThread, texts } = await openRunDesk(project.dir);
  onTestFinished(() => service.stop());
  service.script(call('tell'), say('Told.'));
  const threadId = await makeThread();
  const run = await client.runs.create(threadId, 'desk', {
    input: saying('Tell!'),
    config: { configurable: { voice: 'calm', run_id: 'mine' } },
    context: { shop: 'north' },
  });
  await client.runs.join(threadId, run.run_id);
  expect(JSON.parse(String((await texts(threadId))[2]))).toEqual({
    context: { shop: 'north' },
    configurable: {
      voice: 'calm',
      'user-agent': expect.any(String),
      run_id: run.run_id,
      thread_id: threadId,
      graph_id: 'desk',
      assistant_id: run.assistant_id,
    },
  });
});

test('a run takes as many supersteps as it may, and saves its states as it is told', async () => {
  const { client, service, makeThread } = desk;
  service.script(transfer('clerk', { question: 'Where is 7?' }), say('One.'), say('Two.'));
  const short = await makeThread();
  const wait = client.runs.wait(short, 'desk', { input: saying('7?'), config: { recursion_limit: 1 } });
  await expect(wait).rejects.toThrow('recursion limit');
  expect((await client.threads.get(short)).status).toBe('error');
  service.script(say('One.'), say('Two.'));
  const [often, once] = [await makeThread(), await makeThread()];
  await client.runs.wait(often, 'desk', { input: saying('7?') });
  await client.runs.wait(once, 'desk', { input: saying('7?'), durability: 'exit' });
  expect(await client.threads.getHistory(once)).toHaveLength(1);
  expect((await client.threads.getHistory(often)).length).toBeGreaterThan(1);
});

test('a run can begin later', async () => {
  const { client, service, makeThread, endOf } = desk;
  service.script(say('Hello.'));
  const threadId = await makeThread();
  const begun = Date.now();
  const { run_id, status } = await client.runs.create(threadId, 'desk', {
    input: saying('Hi!'),
    afterSeconds: 1,
  });
  expect(status).toBe('pending');
  expect(await endOf(threadId, run_id)).toBe('success');
  expect(Date.now() - begun).toBeGreaterThanOrEqual(1_000);
});

test('a run that begins later keeps nobody waiting', async () => {
  const { client, service, makeThread, endOf } = desk;
  service.script(say('Now.'));
  const threadId = await makeThread();
  const later = await client.runs.create(threadId, 'desk', { input: saying('Later?'), afterSeconds: 3_600 });
  const now = await client.runs.create(threadId, 'desk', { input: saying('Now?') });
  expect(await endOf(threadId, now.run_id)).toBe('success');
  expect((await client.runs.get(threadId, later.run_id)).status).toBe('pending');
  await client.runs.cancel(threadId, later.run_id, true);
});

test('runs are accepted together or not at all', async () => {
  const { client, service } = desk;
  service.script(say('One.'), say('Two.'));
  const batch = await client.runs.createBatch([
    { assistantId: 'desk', input: saying('1?'), metadata: { place: 1 } },
    { assistantId: 'desk', input: saying('2?'), metadata: { place: 2 }, streamMode: 'updates' },
  ]);
  expect(batch.map(({ metadata }) => metadata)).toEqual([{ place: 1 }, { place: 2 }]);
  expect(batch[1]).toMatchObject({ kwargs: { stream_mode: ['updates'] } });
  for (const { thread_id, run_id } of batch) expect(await desk.endOf(thread_id, run_id)).toBe('success');
  const count = async () =>
    (await service.context.db.selectFrom('baton.run').select('run_id').execute()).length;
  const before = await count();
  const refused = client.runs.createBatch([
    { assistantId: 'desk', input: saying('1?') },
    { assistantId: 'nobody', input: saying('2?') },
  ]);
  await expect(refused).rejects.toThrow('404');
  await expect(client.runs.createBatch([])).rejects.toThrow('422');
  expect(await count()).toBe(before);
});

test('a run is deleted with the states that it saved, once it has ended', async () => {
  const { client, service, makeThread, texts, endOf } = desk;
  const gate = gatedStep(say('Two.'));
  service.script(say('One.'), gate.step, say('Three.'));
  const threadId = await makeThread();
  const first = await client.runs.create(threadId, 'desk', { input: saying('1?') });
  await endOf(threadId, first.run_id);
  const second = await client.runs.create(threadId, 'desk', { input: saying('2?') });
  await gate.begun;
  for (const { run_id } of [first, second])
    await expect(client.runs.delete(threadId, run_id)).rejects.toThrow('409');
  gate.open();
  await endOf(threadId, second.run_id);
  await client.runs.delete(threadId, second.run_id);
  await expect(client.runs.get(threadId, second.run_id)).rejects.toThrow('404');
  expect(await texts(threadId)).toEqual(['1?', 'One.']);
  await client.runs.wait(threadId, 'desk', { input: saying('3?') });
  await client.runs.delete(threadId, first.run_id);
  expect(await texts(threadId)).toEqual(['1?', 'One.', '3?', 'Three.']);
});

test('runs are listed newest first, by status, with the fields that are asked for', async () => {
  const { client, service, makeThread } = desk;
  service.script(say('One.'), say('Two.'));
  const threadId = await makeThread();
  await client.runs.wait(threadId, 'desk', { input: saying('1?'), metadata: { n: 1 } });
  await client.runs.wait(threadId, 'desk', { input: saying('2?'), metadata: { n: 2 } });
  const runs = await client.runs.list(threadId, { select: ['status', 'metadata'], status: 'success' });
  expect(runs).toEqual([
    { status: 'success', metadata: { n: 2 } },
    { status: 'success', metadata: { n: 1 } },
  ]);
  expect(await client.runs.list(threadId, { limit: 1, offset: 1 })).toMatchObject([{ metadata: { n: 1 } }]);
});

test('who joins a run may stop it by leaving', async () => {
  const { client, service, makeThread, endOf } = desk;
  const gate = gatedStep(say('Never said.'));
  service.script(gate.step);
  const threadId = await makeThread();
  const { run_id } = await client.runs.create(threadId, 'desk', { input: saying('Hi!') });
  await gate.begun;
  const controller = new AbortController();
  const joined = client.runs.joinStream(threadId, run_id, {
    cancelOnDisconnect: true,
    signal: controller.signal,
  });
  const reading = collect(joined as AsyncIterable<Part>).catch(() => undefined);
  await expect.poll(() => service.context.turns.running.has(run_id)).toBe(true);
  const again = await fetch(`${service.url}/runs/${run_id}/stream`, { signal: controller.signal });
  expect(again.headers.get('Content-Location')).toBe(`/runs/${run_id}`);
  controller.abort();
  await reading;
  expect(await endOf(threadId, run_id)).toBe('interrupted');
});

test('a run without a thread is found again by its own path while it is kept', async () => {
  const { service } = desk;
  service.script(say('Hello.'));
  const body = JSON.stringify({ assistant_id: 'desk', input: { messages: 'Hi!' } });
  const first = await service.app.request('/runs/stream', { method: 'POST', body });
  const text = await first.text();
  const again = await service.app.request(first.headers.get('Location') ?? '');
  expect(await again.text()).toBe(text);
  const run = await service.app.request(first.headers.get('Content-Location') ?? '');
  expect(await run.json()).toMatchObject({ status: 'success' });
});

test('a thread of one run goes a minute after its end, and no sooner', async () => {
  const { service, client } = desk;
  const { db } = service.context;
  service.script(say('Hello.'));
  const run = await client.runs.create(null, 'desk', { input: saying('Hi!') });
  const found = async () => (await service.app.request(`/runs/${run.run_id}`)).status;
  await client.runs.join(run.thread_id, run.run_id);
  await sweepThreads(service.context);
  expect(await found()).toBe(200);
  await db
    .updateTable('baton.thread')
    .set({ updated_at: new Date(Date.now() - 61_000) })
    .where('thread_id', '=', run.thread_id)
    .execute();
  await sweepThreads(service.context);
  expect(await found()).toBe(404);
  expect((await service.app.request(`/runs/${run.run_id}/stream`)).status).toBe(404);
});
