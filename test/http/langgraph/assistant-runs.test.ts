import { Client } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getRun } from '../../../src/db/runs.ts';
import { assistantIdOf } from '../../../src/http/langgraph/assistant.ts';
import { say } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;
let client: Client;
const input = { messages: [{ role: 'user', content: 'Hello?' }] };

beforeAll(async () => {
  service = await startService();
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterAll(() => service.stop());

/** Runs a turn on a new thread, to its end. */
async function run(assistant: string, payload: object = {}) {
  service.script(say('Hello.'));
  const { thread_id } = await client.threads.create();
  const { run_id } = await client.runs.create(thread_id, assistant, { input, ...payload });
  await client.runs.join(thread_id, run_id);
  return { thread_id, run: await client.runs.get(thread_id, run_id) };
}

test('a run shows whose it is, and is carried out as assistant and request say together', async () => {
  const { assistant_id } = await client.assistants.create({
    graphId: 'desk',
    config: { tags: ['a'], recursion_limit: 40, configurable: { voice: 'calm', speed: 1 } },
    context: { shop: 'north' },
    metadata: { team: 'a', from: 'assistant' },
  });
  const { thread_id, run: shown } = await run(assistant_id, {
    config: { configurable: { speed: 2 } },
    context: { open: true },
    metadata: { from: 'request' },
  });
  expect(shown).toMatchObject({ assistant_id, status: 'success', metadata: { team: 'a', from: 'request' } });
  expect(shown.metadata).not.toHaveProperty('created_by');
  expect(await client.threads.get(thread_id)).toMatchObject({ metadata: { graph_id: 'desk', assistant_id } });
  expect((await getRun(service.context.db, shown.run_id))?.config).toMatchObject({
    tags: ['a'],
    recursionLimit: 40,
    configurable: { voice: 'calm', speed: 2 },
    context: { shop: 'north', open: true },
  });
});

test('a run that asks for a graph asks for the graph’s own assistant, changed as it is', async () => {
  const own = assistantIdOf('till');
  await client.assistants.update('till', { config: { recursion_limit: 12 } });
  const { run: shown } = await run('till');
  expect(shown.assistant_id).toBe(own);
  expect((await getRun(service.context.db, shown.run_id))?.config).toMatchObject({ recursionLimit: 12 });
  await client.assistants.update('till', { graphId: 'desk' });
  const { thread_id } = await run(own);
  expect(await client.threads.get(thread_id)).toMatchObject({
    metadata: { graph_id: 'desk', assistant_id: own },
  });
  await client.assistants.delete('till');
});

test('threads are found by the assistant that they ran on last', async () => {
  const { assistant_id } = await client.assistants.create({ graphId: 'desk' });
  const made = await run(assistant_id);
  const own = await run('desk');
  const find = async (id: string) =>
    (await client.threads.search({ metadata: { assistant_id: id }, limit: 100 })).map(
      (found) => found.thread_id,
    );
  expect(await find(assistant_id)).toEqual([made.thread_id]);
  expect(await find(assistantIdOf('desk'))).toContain(own.thread_id);
  expect(await find(assistantIdOf('desk'))).not.toContain(made.thread_id);
  expect(await client.threads.count({ metadata: { graph_id: 'desk', assistant_id } })).toBe(1);
  expect(await client.threads.count({ metadata: { graph_id: 'till', assistant_id } })).toBe(0);
});

test('deleting an assistant leaves its runs, and takes its threads when that is asked', async () => {
  const { assistant_id } = await client.assistants.create({ graphId: 'desk' });
  const { thread_id, run: shown } = await run(assistant_id);
  await client.assistants.delete(assistant_id);
  expect(await client.runs.get(thread_id, shown.run_id)).toMatchObject({ assistant_id });
  await client.assistants.create({ graphId: 'desk', assistantId: assistant_id });
  await client.assistants.delete(assistant_id, { deleteThreads: true });
  await expect(client.threads.getState(thread_id)).rejects.toThrow('404');
  for (const table of ['baton.checkpoint', 'baton.checkpoint_pack'] as const) {
    const left = await service.context.db
      .selectFrom(table)
      .where('thread_id', '=', thread_id)
      .selectAll()
      .execute();
    expect(left).toEqual([]);
  }
});

test('a run on an assistant that is not there is refused with what there is', async () => {
  const { thread_id } = await client.threads.create();
  const refused = (assistant: string) => client.runs.create(thread_id, assistant, { input });
  await expect(refused('dsk')).rejects.toThrow(/404.*Did you mean \\"desk\\"/);
  await expect(refused('0'.repeat(60))).rejects.toThrow(/422.*expected the name of a graph or a UUID/);
  await expect(refused(assistantIdOf('nothing'))).rejects.toThrow(/404.*There are: desk, till/);
});
