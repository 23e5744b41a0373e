import { Client } from '@langchain/langgraph-sdk';
import { expect, onTestFinished, test } from 'vitest';
import { assistantIdOf } from '../../../src/http/langgraph/assistant.ts';
import { startProcess } from '../../support/start-process.ts';
import { startService } from '../../support/start-service.ts';
import { agentText, makeProject } from '../../support/temp-project.ts';
import { makeTestDatabase } from '../../support/test-database.ts';

const clientOf = (url: string) => new Client({ apiUrl: url, apiKey: null, callerOptions: { maxRetries: 0 } });

async function open(): Promise<Client> {
  const service = await startService();
  onTestFinished(() => service.stop());
  return clientOf(service.url);
}

test('a graph’s own assistant is there by its name and by the id that every LangGraph server gives it', async () => {
  const { assistants } = await open();
  const own = await assistants.get('desk');
  expect(own).toEqual({
    assistant_id: assistantIdOf('desk'),
    graph_id: 'desk',
    name: 'desk',
    description: 'A desk that answers about orders.',
    config: {},
    context: {},
    metadata: { created_by: 'system', graph_version: expect.any(String) },
    version: 1,
    created_at: expect.any(String),
    updated_at: own.created_at,
  });
  expect(assistantIdOf('agent')).toBe('fe096781-5601-53d2-b2f6-0d3403f7e9ca');
  expect(await assistants.get(own.assistant_id)).toEqual(own);
  const { updated_at: _, ...version } = own;
  expect(await assistants.getVersions('desk')).toEqual([version]);
  expect(await assistants.getVersions('desk', { metadata: { created_by: 'you' } })).toEqual([]);
  expect(await assistants.setLatest('desk', 1)).toEqual(own);
  await expect(assistants.setLatest('desk', 2)).rejects.toThrow(/404.*There is version 1\./);
  await expect(assistants.delete('desk')).rejects.toThrow(/409.*is the graph \\"desk\\" itself/);
});

test('a graph’s own assistant can be changed, is found once, and deleting it undoes the changes', async () => {
  const { assistants } = await open();
  const own = await assistants.get('desk');
  const changes = ['a', 'b', 'c'].map((key) =>
    assistants.update('desk', { config: { tags: ['x'] }, metadata: { [key]: 1 } }),
  );
  expect((await Promise.all(changes)).map(({ version }) => version).sort()).toEqual([2, 3, 4]);
  const changed = await assistants.get(own.assistant_id);
  expect(changed).toMatchObject({ name: 'desk', version: 4, config: { tags: ['x'] } });
  expect(changed.metadata).toEqual({ created_by: 'system', a: 1, b: 1, c: 1 });
  expect(await assistants.search({ graphId: 'desk' })).toEqual([changed]);
  expect(await assistants.count({ metadata: { created_by: 'system' } })).toBe(2);
  expect(await assistants.setLatest('desk', 1)).toMatchObject({ version: 1, config: {}, name: 'desk' });
  expect(await assistants.delete('desk')).toEqual([own.assistant_id]);
  expect(await assistants.get('desk')).toEqual(own);
});

test('graphs that come and go bring and take their assistants while the service runs', {
  timeout: 60_000,
}, async () => {
  const made = await makeTestDatabase();
  if (made.database.kind === 'pglite') await made.database.close(); // the process opens the folder
  const graph = (description: string) => `description: ${description}\nstart: front\nagents: [front]\n`;
  const project = await makeProject({
    'agents/front.md': agentText('You are at the front.'),
    'graphs/desk.yaml': graph('One.'),
    'graphs/shop.yaml': graph('Two.'),
  });
  const service = await startProcess(made.env, project.dir);
  onTestFinished(async () => {
    await service.stop('SIGTERM');
    await made.drop();
    await project.remove();
  });
  const { assistants } = clientOf(service.url);
  const names = async () =>
    (await assistants.search({ sortBy: 'name', sortOrder: 'asc' })).map(({ name }) => name);
  expect(await names()).toEqual(['desk', 'shop']);
  const mine = await assistants.create({ graphId: 'shop', name: 'mine' });
  await assistants.update('shop', { name: 'shop, ours' });

  await project.write({ 'graphs/desk.yaml': graph('Changed.'), 'graphs/yard.yaml': graph('Three.') });
  await expect.poll(names, { timeout: 10_000 }).toEqual(['desk', 'mine', 'shop, ours', 'yard']);
  await expect.poll(async () => (await assistants.get('desk')).description).toBe('Changed.');

  await project.write({ 'graphs/yard.yaml': undefined, 'graphs/shop.yaml': undefined });
  await expect.poll(names, { timeout: 10_000 }).toEqual(['desk', 'mine', 'shop, ours']);
  await expect(assistants.get('yard')).rejects.toThrow('404');
  await expect(assistants.create({ graphId: 'shop' })).rejects.toThrow('404');
  await expect(assistants.getGraph(mine.assistant_id)).rejects.toThrow(/404.*no graph \\"shop\\"/);
  expect(await assistants.get(mine.assistant_id)).toEqual(mine);
  expect(await assistants.delete('shop')).toEqual([assistantIdOf('shop')]);
  await expect(assistants.get('shop')).rejects.toThrow('404');
});
