import { Client, type Message } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService({ project: 'test/fixtures/memory' });
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterAll(() => service.stop());

/** What the calls of a turn on a thread of its own returned. */
async function resultsOf(...calls: ReturnType<typeof call>[]): Promise<string[]> {
  const model = service.script(...calls, say('Done.'));
  const input = { messages: [{ role: 'user', content: 'Go on.' }] };
  const values = (await client.runs.wait(null, 'memory', { input })) as unknown as { messages: Message[] };
  model.done();
  return values.messages.filter(({ type }) => type === 'tool').map(({ content }) => String(content));
}

test('what a tool remembers in one thread, it finds in another, and the API shows it', async () => {
  expect(
    await resultsOf(
      call('remember', { person: 'Ada', topic: 'sport', fact: 'She plays tennis on Sundays.' }),
      call('remember', { person: 'Ada', topic: 'food', fact: 'She eats no meat.' }),
    ),
  ).toEqual(['Remembered.', 'Remembered.']);
  expect(await resultsOf(call('recall', { question: 'Who plays tennis?' }))).toEqual([
    'Ada: She plays tennis on Sundays.',
  ]);
  const item = await client.store.getItem(['people', 'Ada'], 'food');
  expect(item?.value).toEqual({ fact: 'She eats no meat.' });
});

test('the model reads what is wrong with a name', async () => {
  const wrong = { person: 'J. Doe', topic: 'name', fact: 'It has a dot.' };
  expect(await resultsOf(call('remember', wrong))).toEqual([
    'The request is not valid. namespace.1: a label may not contain "."',
  ]);
});
