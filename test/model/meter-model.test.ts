import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ChatModel, ChatReply, ChatRequest } from '../../src/model/chat-model.ts';
import { ModelError } from '../../src/model/chat-model.ts';
import type { Embedder } from '../../src/model/embedder.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { meterEmbedder } from '../../src/model/meter-embedder.ts';
import { type Meter, meterModel } from '../../src/model/meter-model.ts';
import { createOpenAiEmbedder } from '../../src/model/openai-embedder.ts';
import { openPriceTable } from '../../src/model/price-table.ts';
import { createProviderChatModel } from '../../src/model/provider-chat-model.ts';
import { asOwner, inTenant } from '../../src/tenancy.ts';
import { setBudget } from '../../src/usage/budgets.ts';
import type { Ledger } from '../../src/usage/open-ledger.ts';
import { oneWay } from '../support/one-way.ts';
import {
  cut,
  delta,
  failed,
  stalled,
  standAtWire,
  streamed,
  usage,
  wireUrl,
} from '../support/openai-wire.ts';
import { reply } from '../support/scripted-model.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { wireClientNames, wireClients } from '../support/wire-clients.ts';
import { ledgerOn, makeTenant, standOf } from '../usage/support.ts';

describe.each(wireClientNames)('over the %s client', (client) => {
  const wire = standAtWire();
  const name = { provider: 'openai', model: 'gpt-4o' };
  const other = { provider: 'openai', model: 'gpt-dear' };
  const prices = openPriceTable({
    'openai:gpt-4o': { input: 2, output: 8, maxOutput: 1_000 },
    'openai:gpt-dear': { input: 20, output: 80 },
    'openai:text-embedding-3-small': { input: 0.02, output: 0 },
  });

  let made: TestDatabase;
  let ledger: Ledger;
  let meter: Meter;
  let tenant: string;
  let tenants = 0;

  beforeAll(async () => {
    made = await makeTestDatabase();
  });
  afterAll(() => made.drop());
  beforeEach(async () => {
    tenant = await makeTenant(made.database.db, `m-${++tenants}`);
    ledger = ledgerOn(made.database.db);
    meter = { ledger, prices, chains: { fast: [name] }, maxTokens: 4_000 };
  });

  function requestOf(part: Partial<ChatRequest> = {}): ChatRequest {
    return {
      role: 'fast',
      agent: { name: 'clerk', examples: [] },
      system: 'Be terse.',
      messages: [{ type: 'human', id: 'h', content: 'Hello?' }],
      tools: [],
      signal: new AbortController().signal,
      ...part,
    };
  }

  const clock = { now: () => 0, random: () => 0, wait: async () => undefined };
  const overWire = (timeoutMs = 10_000) =>
    createProviderChatModel(
      oneWay({ open: async () => wireClients[client]('gpt-4o', { baseUrl: wireUrl }) }),
      {
        name: 'openai:gpt-4o',
        retries: 2,
        timeoutMs,
        takesNames: true,
        clock,
      },
    );

  async function ask(chat: ChatModel, part: Partial<ChatRequest> = {}): Promise<ChatReply> {
    return inTenant(tenant, () => meterModel(chat, meter)(requestOf(part), () => undefined));
  }

  async function rows() {
    await ledger.flush();
    return inTenant(tenant, () =>
      made.database.db.selectFrom('baton.model_call').selectAll().orderBy('started_at').execute(),
    );
  }

  const words = [
    delta({ role: 'assistant', content: 'Good ' }),
    delta({ content: 'day.' }),
    delta({}, 'stop'),
  ];
  const good = streamed(...words, usage(1_000, 100));

  test('a call has its row, with the provider’s own counts and what they cost', async () => {
    wire.willAnswer(good);
    await ask(overWire());
    expect(await rows()).toMatchObject([
      {
        outcome: 'ok',
        provider: 'openai',
        model: 'gpt-4o',
        input_tokens: 1_000,
        output_tokens: 100,
        estimated: false,
        cost_nano: 2_800_000,
      },
    ]);
    expect((await rows())[0]?.price_version).toMatch(/^openai:gpt-4o@ever#/);
  });

  test('whoever stood in is paid at its own price, and its key is named', async () => {
    const stoodIn = reply({
      text: 'Hi',
      usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
      servedBy: { ...other, key: 'k2' },
    });
    await ask(async () => stoodIn);
    expect(await rows()).toMatchObject([{ model: 'gpt-dear', model_key: 'k2', cost_nano: 600_000 }]);
  });

  test('an attempt that broke off is a row of its own, and one that was refused is none', async () => {
    wire.willAnswer(
      cut(
        delta({ role: 'assistant', content: '' }),
        delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"x' } }] }),
      ),
      failed(503),
      good,
    );
    await ask(overWire());
    const [lost, kept, ...more] = await rows();
    expect(more).toEqual([]);
    expect(lost).toMatchObject({ outcome: 'failed', estimated: true });
    expect(lost?.output_tokens).toBeGreaterThan(0);
    expect(kept).toMatchObject({ outcome: 'ok', input_tokens: 1_000 });
  });

  test('a call that is refused to the end costs nothing', async () => {
    wire.willAnswer(failed(400));
    await expect(ask(overWire())).rejects.toThrow('rejected');
    expect(await rows()).toMatchObject([
      { outcome: 'failed', input_tokens: 0, output_tokens: 0, cost_nano: 0, estimated: false },
    ]);
  });

  test('a cancelled call costs its prompt and what was said, and gives the rest back', async () => {
    await inTenant(tenant, () =>
      setBudget(made.database.db, {
        scope: 'tenant',
        subject: '*',
        period: 'day',
        unit: 'usd',
        most: 1_000_000_000n,
      }),
    );
    const leaving = new AbortController();
    wire.willAnswer(stalled(...words.slice(0, 2)));
    const asked = inTenant(tenant, () =>
      meterModel(overWire(), meter)(requestOf({ signal: leaving.signal }), (text) => {
        if (text === 'day.') leaving.abort(new Error('gone'));
      }),
    );
    await expect(asked).rejects.toThrow('gone');
    const [row] = await rows();
    expect(row).toMatchObject({ outcome: 'cancelled', estimated: true, output_tokens: 3 });
    expect(await inTenant(tenant, () => standOf(made.database.db))).toEqual({
      tenant: [{ who: '', spent: row?.cost_nano, reserved: 0 }],
    });
  });

  test('a model of one’s own that fails when it has said something has cost that', async () => {
    const failing: ChatModel = async (_, onText) => {
      onText('Hello');
      throw new ModelError('unavailable', 'away');
    };
    await expect(ask(failing)).rejects.toThrow('away');
    expect(await rows()).toMatchObject([{ outcome: 'failed', output_tokens: 2, estimated: true }]);
  });

  test('while a budget holds, the reply is bounded and as much is held; without one, nothing is said', async () => {
    const asked: (number | undefined)[] = [];
    const chat: ChatModel = async ({ maxTokens }) => {
      asked.push(maxTokens);
      const [held] = await inTenant(tenant, async () => (await standOf(made.database.db)).tenant ?? []);
      // 1,000 tokens of the reply at $8, and no less than the prompt's 20 or so at $2, for a million
      if (held) expect(held.reserved).toBeGreaterThan(8_000_000);
      if (held) expect(held.reserved).toBeLessThan(8_200_000);
      return reply({ text: 'Hi' });
    };
    await ask(chat);
    await inTenant(tenant, () =>
      setBudget(made.database.db, {
        scope: 'tenant',
        subject: '*',
        period: 'day',
        unit: 'usd',
        most: 1_000_000_000n,
      }),
    );
    await ask(chat);
    expect(asked).toEqual([undefined, 1_000]);
  });

  test('what the dearest of those who may answer can cost is held; one without a price is refused', async () => {
    const budget = { scope: 'tenant', subject: '*', period: 'day', unit: 'usd' } as const;
    await inTenant(tenant, () => setBudget(made.database.db, { ...budget, most: 50_000_000n }));
    const chat: ChatModel = async () => reply({ text: 'Hi' });
    await ask(chat);
    meter = { ...meter, chains: { fast: [name, other] } };
    await expect(ask(chat)).rejects.toThrow('is spent');
    meter = { ...meter, chains: { fast: [name, { provider: 'ollama', model: 'qwen' }] } };
    await expect(ask(chat)).rejects.toThrow('has no price');
  });

  test('a prompt that does not fit by its bytes is counted, and made when it fits by its tokens', async () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(400); // 18,000 bytes, 4,000 tokens
    const most = 5_000n + 1_100n;
    await inTenant(tenant, () =>
      setBudget(made.database.db, { scope: 'tenant', subject: '*', period: 'day', unit: 'tokens', most }),
    );
    await ask(async () => reply({ text: 'Hi' }), { messages: [{ type: 'human', id: 'h', content: text }] });
    expect(await rows()).toMatchObject([{ outcome: 'ok' }]);
  });

  test('an embedding has its row, with the provider’s own count over all its batches', async () => {
    const embeds: Parameters<typeof createOpenAiEmbedder> = [
      'text-embedding-3-small',
      oneWay({
        connect: () => ({ baseUrl: wireUrl }),
        servedBy: { provider: 'openai', model: 'text-embedding-3-small', key: 'k1' },
      }),
      { name: 'openai:text-embedding-3-small', retries: 0, timeoutMs: 10_000, clock },
    ];
    const metered = meterEmbedder(
      createOpenAiEmbedder(...embeds),
      { provider: 'openai', model: 'text-embedding-3-small' },
      meter,
    );
    const answer =
      (tokens: number) =>
      ({ body }: { body: { input?: unknown } }) => {
        const texts = body.input as string[]; // as the client sends them
        const data = texts.map((_, index) => ({
          object: 'embedding',
          index,
          embedding: [1, ...Array(1_535).fill(0)],
        }));
        return Response.json({
          object: 'list',
          data,
          model: 'm',
          usage: { prompt_tokens: tokens, total_tokens: tokens },
        });
      };
    wire.willAnswer(answer(700), answer(34));
    const texts = Array.from({ length: 300 }, (_, at) => `text ${at}`);
    expect(await inTenant(tenant, () => metered.embed(texts))).toHaveLength(300);
    expect(await rows()).toMatchObject([
      {
        kind: 'embed',
        role: 'embed',
        model_key: 'k1',
        input_tokens: 734,
        output_tokens: 0,
        estimated: false,
        cost_nano: 14_680,
      },
    ]);
  });

  test('an embedder that tells no counts has estimated ones, and a failing one costs what it told', async () => {
    const silent: Embedder = { model: 'm', dimensions: 1, embed: async (texts) => texts.map(() => [1]) };
    const failing: Embedder = {
      ...silent,
      async embed(_, __, onUsage) {
        onUsage?.({ tokens: 7 });
        throw new ModelError('unavailable', 'away');
      },
    };
    const embedName = { provider: 'openai', model: 'text-embedding-3-small' };
    await inTenant(tenant, async () => {
      await meterEmbedder(silent, embedName, meter).embed(['2 + 2 = 4']);
      await expect(meterEmbedder(failing, embedName, meter).embed(['a'])).rejects.toThrow('away');
    });
    expect(await rows()).toMatchObject([
      { outcome: 'ok', input_tokens: 7, estimated: true },
      { outcome: 'failed', input_tokens: 7, estimated: false },
    ]);
  });

  test('the local embedder, which asks nobody, is left alone unless it has a price', async () => {
    const local = createLocalEmbedder();
    const localName = { provider: 'local', model: 'local' };
    expect(meterEmbedder(local, localName, meter)).toBe(local);
    const priced = { ...meter, prices: openPriceTable({ local: { input: 1, output: 0 } }) };
    await inTenant(tenant, () => meterEmbedder(local, localName, priced).embed(['2 + 2 = 4']));
    expect(await rows()).toMatchObject([{ kind: 'embed', provider: 'local', cost_nano: 7_000 }]);
  });

  test('a call costs two round trips to the database at most, and one where no budget applies', async () => {
    let statements = 0;
    const counting = ledgerOn(
      made.database.db.withPlugin({
        transformQuery: ({ node }) => {
          statements += 1;
          return node;
        },
        transformResult: async ({ result }) => result,
      }),
    );
    meter = { ...meter, ledger: counting };
    const chat: ChatModel = async () => reply({ text: 'Hi' });
    await ask(chat);
    expect(statements).toBe(1);
    await counting.flush();
    expect(statements).toBe(2);
    await inTenant(tenant, () =>
      setBudget(made.database.db, {
        scope: 'tenant',
        subject: '*',
        period: 'day',
        unit: 'tokens',
        most: 1_000_000n,
      }),
    );
    await ask(chat);
    expect(statements).toBe(4);
  });

  test('an end that cannot be written now is written when the database is back', async () => {
    const { db } = made.database;
    const chat: ChatModel = async () => {
      await asOwner(() => db.schema.alterTable('baton.model_call').renameTo('away').execute());
      return reply({ text: 'Hi' });
    };
    expect((await ask(chat)).text).toBe('Hi');
    await ledger.flush();
    await asOwner(() => db.schema.withSchema('baton').alterTable('away').renameTo('model_call').execute());
    await expect.poll(async () => (await rows())[0]?.outcome, { timeout: 10_000 }).toBe('ok');
  });
});
