import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, giveKey } from '../support/give-key.ts';
import { makeTenant, withAuth } from '../support/people.ts';
import { saying } from '../support/run-desk.ts';
import { call, say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';
import { agentText, makeProject, type TempProject } from '../support/temp-project.ts';

const toolAt = (name: string) => pathToFileURL(path.resolve(import.meta.dirname, '../../tools', name)).href;

let project: TempProject;
let service: TestService;

beforeAll(async () => {
  project = await makeProject({
    'graphs/desk.yaml': 'start: helper\nagents: [helper]\n',
    'graphs/other.yaml': 'start: helper\nagents: [helper]\n',
    'agents/helper.md': agentText('You help.', 'tools: [run_account_sql, describe_account]'),
    'tools/run-account-sql.ts': `export { runAccountSqlTool } from '${toolAt('run-account-sql.ts')}';\n`,
    'tools/describe-account.ts': `export { describeAccountTool } from '${toolAt('describe-account.ts')}';\n`,
  });
  service = await startService({ project: project.dir, settings: withAuth });
  for (const tenant of ['acme', 'rival']) await makeTenant(service.context, tenant);
  await giveKey(service.context, 'rival', { name: 'rival key' });
});
afterAll(async () => {
  await service.stop();
  await project.remove();
});

/** What a tool tells the model in a run that somebody asks for with a key. */
async function told(
  key: string,
  tool: string,
  args: Record<string, string> = {},
  graph = 'desk',
): Promise<string> {
  let result = '';
  service.script(call(tool, args), (request) => {
    result = String(request.messages.at(-1)?.content);
    return say('So it is.');
  });
  const client = new Client({ apiUrl: service.url, apiKey: null, defaultHeaders: bearer(key) });
  const { thread_id: threadId } = await client.threads.create();
  await client.runs.wait(threadId, graph, { input: saying('What do I have?') });
  return result;
}

const sql = (text: string) => ({ sql: text });

test('a run has the rights of who asked for it, wherever it is carried out', async () => {
  const admin = await giveKey(service.context, 'acme', { role: 'admin', name: 'boss' });
  const member = await giveKey(service.context, 'acme', { role: 'member', name: 'clerk' });
  const narrow = await giveKey(service.context, 'acme', {
    role: 'admin',
    name: 'narrow',
    scopes: ['runs:write'],
  });
  const names = sql('select name from api_key order by name');
  expect(JSON.parse(await told(admin, 'run_account_sql', names)).rows).toEqual([
    ['boss'],
    ['clerk'],
    ['narrow'],
  ]);
  expect(await told(member, 'run_account_sql', names)).toMatch(/There is no table api_key/);
  expect(await told(narrow, 'run_account_sql', names)).toMatch(/There is no table api_key/);
  expect(await told(narrow, 'run_account_sql', sql('select count(*) from spend'))).toMatch(/no table spend/);
  expect(JSON.parse(await told(member, 'run_account_sql', sql('select count(*) > 0 from run'))).rows).toEqual(
    [[true]],
  );
});

test('who is held to a graph is told of its threads alone, also inside a run', async () => {
  const anywhere = await giveKey(service.context, 'acme');
  await told(anywhere, 'run_account_sql', sql('select 1'), 'other');
  const held = await giveKey(service.context, 'acme', { graphs: ['desk'] });
  const graphs = sql('select distinct graph from thread order by graph');
  expect(JSON.parse(await told(held, 'run_account_sql', graphs)).rows).toEqual([['desk']]);
  expect(JSON.parse(await told(anywhere, 'run_account_sql', graphs)).rows).toEqual([['desk'], ['other']]);
});

test('what is described is what may be read', async () => {
  const member = await giveKey(service.context, 'acme');
  const described = await told(member, 'describe_account');
  expect(described).toContain('spend: a row a call of a model');
  for (const hidden of ['api_key:', 'person:', 'budget:', 'secret', 'tenant_id'])
    expect(described).not.toContain(hidden);
});
