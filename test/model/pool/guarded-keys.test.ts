import { createSecretKey, randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { toConfig } from '../../../src/config.ts';
import { openLog } from '../../../src/log.ts';
import { openModels } from '../../../src/model/open-models.ts';
import { addKey } from '../../../src/model/pool/manage-keys.ts';
import { noKeyLimits } from '../../../src/model/pool/model-key.ts';
import { asOwner, asService, inTenant } from '../../../src/tenancy.ts';
import { movingClock } from '../../support/moving-clock.ts';
import { makeTestDatabase } from '../../support/test-database.ts';
import { wireClientNames } from '../../support/wire-clients.ts';

const made = await makeTestDatabase();
const { db } = made.database;
const secretKeys = [{ id: 'k1', key: createSecretKey(randomBytes(32)) }];
let answer: RequestListener = (_, response) => response.end();
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.url} ${request.headers.authorization}`);
  request.resume();
  answer(request, response);
});
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`; // it listens on TCP
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await made.drop();
});

describe.each(wireClientNames)('over the %s client', (client) => {
  afterAll(() => asOwner(() => db.deleteFrom('baton.model_key').execute()));

  function open(settings: Record<string, string> = {}) {
    const env = { BATON_MODEL_FAST: 'ours:m', BATON_MODEL_ALLOW: '127.0.0.1', ...settings };
    const { models: config } = toConfig(env, { cwd: '/', terminal: false });
    const clock = movingClock();
    const file = { keys: [], fallbacks: { fast: [], careful: [] }, client };
    const models = openModels(config, openLog('silent', false), { file, db, secretKeys, clock });
    const heard: string[] = [];
    const ask = () =>
      models.chat(
        {
          role: 'fast',
          agent: { name: 'sql', examples: [] },
          system: 'You are terse.',
          messages: [{ type: 'human', id: 'h1', content: 'How many films?' }],
          tools: [],
          signal: new AbortController().signal,
        },
        (text) => heard.push(text),
      );
    return { ...models, ask, heard, clock };
  }

  async function give(owner: string | null, secret: string, baseUrl = url): Promise<string> {
    const ring = { db, secretKeys, allow: ['127.0.0.1'] };
    const key = { ...noKeyLimits, name: 'k', provider: 'ours', secret, baseUrl };
    const act = () => addKey(ring, owner, key);
    const { key_id } = await (owner === null ? asService(act) : inTenant(owner, act));
    return key_id;
  }

  const says =
    (text: string): RequestListener =>
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const word of text.split(' ')) {
        const chunk = { id: '1', object: 'chat.completion.chunk', created: 1, model: 'm' };
        const choices = [{ index: 0, delta: { content: `${word} ` }, finish_reason: null }];
        response.write(`data: ${JSON.stringify({ ...chunk, choices })}\n\n`);
      }
      response.end('data: [DONE]\n\n');
    };

  test('a model is asked with a key of the database, at its base URL, through the guard, piece by piece', async () => {
    const id = await give(null, 'sk-of-the-service');
    answer = says('Forty six.');
    const { ask, heard } = open();
    const reply = await ask();
    expect(reply).toMatchObject({ text: 'Forty six. ', servedBy: { provider: 'ours', model: 'm', key: id } });
    expect(heard).toEqual(['Forty ', 'six. ']);
    expect(asked).toEqual(['/v1/chat/completions Bearer sk-of-the-service']);
  });

  test('what a provider says of waiting comes through the guard', async () => {
    answer = (_, response) => response.writeHead(429, { 'retry-after': '77' }).end('{}');
    const error = await open()
      .ask()
      .catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'ModelError', reason: 'rate-limited', retryAfterMs: 77_000 });
  });

  test('a redirect is a failure, and the key goes nowhere else', async () => {
    answer = (_, response) =>
      response.writeHead(307, { location: `${url.replace('/v1', '')}/elsewhere` }).end();
    const error = await open({ BATON_MODEL_RETRIES: '0' })
      .ask()
      .catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'ModelError', reason: 'unavailable' });
    expect(asked).toEqual(['/v1/chat/completions Bearer sk-of-the-service']);
  });

  test('what was permitted once and is no more is not reached', async () => {
    answer = says('Never.');
    const error = await open({ BATON_MODEL_ALLOW: '', BATON_MODEL_RETRIES: '0' })
      .ask()
      .catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'ModelError' });
    expect(asked).toEqual([]);
  });

  test('a tenant’s key does not lead inside, even if it got into the database', async () => {
    answer = says('Never.');
    await expect(give('local', 'sk-of-a-tenant')).rejects.toThrow('not valid');
    await give('local', 'sk-of-a-tenant', 'https://models.example.com/v1');
    const { keys, ask } = open({ BATON_MODEL_RETRIES: '0' });
    const [key] = (await keys.stored?.of('local'))?.keys ?? [];
    if (!key) throw new Error('the key is there');
    Object.assign(key, { baseUrl: url }); // as if the check at the door had failed
    const error = await ask().catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'ModelError' });
    expect(asked).toEqual([]);
  });
});
