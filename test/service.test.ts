import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client } from '@langchain/langgraph-sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServiceProcess, startProcess } from './support/start-process.ts';
import { makeTestDatabase, type TestDatabase } from './support/test-database.ts';

const question = 'How many films are longer than two hours?';
const run = promisify(execFile);

/** The last text that an agent said in a thread's messages. */
function lastSaid(values: unknown): string {
  const { messages } = values as { messages: { type: string; content: string }[] }; // what a thread's state holds
  return messages.findLast(({ type }) => type === 'ai')?.content ?? '';
}

describe('the service as a newcomer starts it', { timeout: 60_000 }, () => {
  let made: TestDatabase;
  let service: ServiceProcess;
  let answer: string;

  beforeAll(async () => {
    made = await makeTestDatabase();
    if (made.database.kind === 'pglite') await made.database.close(); // the process opens the folder
    service = await startProcess(made.env);
  }, 120_000);

  afterAll(async () => {
    await service?.stop('SIGKILL');
    await made?.drop();
  }, 60_000);

  test('the curl line that it prints shows an answer that came through two handoffs and a real query', async () => {
    const line = service.greeting.split('\n').find((text) => text.includes('curl')) ?? '';
    const { stdout } = await run('sh', ['-c', line]);
    const { choices, baton } = JSON.parse(stdout);
    answer = choices[0].message.content;
    expect(answer).toMatch(/^\d+ films are longer than 2 hours\./);
    expect(baton.path).toEqual(['triage', 'sql', 'answer']);
    expect(baton.evidence).toMatchObject([
      { tool: 'run_sql', args: { sql: expect.stringContaining('select count(*)') } },
    ]);
  });

  test('the same question through the clients of OpenAI and LangGraph gives the same answer', async () => {
    const openai = new OpenAI({ apiKey: 'none', baseURL: `${service.url}/v1` });
    const completion = await openai.chat.completions.create({
      model: 'films',
      messages: [{ role: 'user', content: question }],
    });
    expect(completion.choices[0]?.message.content).toBe(answer);

    const stream = await openai.chat.completions.create({
      model: 'films',
      messages: [{ role: 'user', content: question }],
      stream: true,
    });
    let streamed = '';
    for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? '';
    expect(streamed).toBe(answer);

    const langgraph = new Client({ apiUrl: service.url });
    const values = await langgraph.runs.wait(null, 'films', {
      input: { messages: [{ role: 'user', content: question }] },
    });
    expect(lastSaid(values)).toBe(answer);
  });

  test('killed and started again, the thread’s next turn still knows the conversation', async () => {
    const before = new Client({ apiUrl: service.url });
    const { thread_id } = await before.threads.create();
    await before.runs.wait(thread_id, 'films', {
      input: { messages: [{ role: 'user', content: question }] },
    });
    await service.stop('SIGKILL');
    service = await startProcess(made.env);

    const after = new Client({ apiUrl: service.url });
    const values = await after.runs.wait(thread_id, 'films', {
      input: { messages: [{ role: 'user', content: 'And longer than three hours?' }] },
    });
    expect(lastSaid(values)).toMatch(/^\d+ films are longer than 3 hours\./);
    const { messages } = values as { messages: { type: string; content: string }[] }; // what a thread's state holds
    expect(messages.filter(({ type }) => type === 'human').map(({ content }) => content)).toEqual([
      question,
      'And longer than three hours?',
    ]);
  });

  test('asked to stop, it ends in good order', async () => {
    expect(await service.stop('SIGTERM')).toBe(0);
  });
});

test('a configuration that cannot be used ends the start with a list of all that is wrong', async () => {
  const start = startProcess({ PORT: 'http', BATON_MODEL_RETRIES: 'often', DATABASE_URL: 'mysql://x' });
  const message = await start.then(() => '', String);
  expect(message).toContain('PORT: expected a whole number');
  expect(message).toContain('BATON_MODEL_RETRIES');
  expect(message).toContain('DATABASE_URL: expected a URL that begins with postgres://');
});
