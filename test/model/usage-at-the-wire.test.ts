import { describe, expect, test } from 'vitest';
import type { JsonObject, Usage } from '../../src/message.ts';
import type { ChatRequest, LostAttempt } from '../../src/model/chat-model.ts';
import { openOpenAiChat } from '../../src/model/open-ai-chat.ts';
import { createProviderChatModel } from '../../src/model/provider-chat-model.ts';
import { oneWay } from '../support/one-way.ts';
import {
  callDelta,
  cut,
  delta,
  failed,
  stalled,
  standAtWire,
  streamed,
  type WireAnswer,
  wireUrl,
} from '../support/openai-wire.ts';
import { wireClientNames, wireClients } from '../support/wire-clients.ts';

describe.each(wireClientNames)('over the %s client', (client) => {
  const wire = standAtWire();

  function openChat(
    name = 'gpt-4o',
    options: { retries?: number; timeoutMs?: number; baseUrl?: string } = {},
  ) {
    const { retries = 1, timeoutMs = 10_000, baseUrl = wireUrl } = options;
    const open = async () => wireClients[client](name, { apiKey: 'sk', baseUrl });
    const clock = { now: () => 0, random: () => 0, wait: async () => undefined };
    return createProviderChatModel(oneWay({ open }), {
      name: `openai:${name}`,
      retries,
      timeoutMs,
      takesNames: true,
      clock,
    });
  }

  function requestOf(part: Partial<ChatRequest> = {}): ChatRequest {
    return {
      role: 'fast',
      agent: { name: 'sql', examples: [] },
      system: 'You are terse.',
      messages: [{ type: 'human', id: 'h', content: 'How many films?' }],
      tools: [],
      signal: new AbortController().signal,
      ...part,
    };
  }

  async function usageOf(answer: WireAnswer): Promise<Usage> {
    wire.willAnswer(answer);
    return (await openChat()(requestOf(), () => undefined)).usage;
  }

  const words = [
    delta({ role: 'assistant', content: '' }),
    delta({ content: 'Forty ' }),
    delta({ content: 'six.' }),
  ];
  const end = delta({}, 'stop');
  const last = (usage: JsonObject | null) => ({ ...delta({}), choices: [], usage });
  const told = (prompt: number, completion: number, more: JsonObject = {}) => ({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...more,
  });
  const plain = { input_tokens: 1_234, output_tokens: 56, total_tokens: 1_290 };

  test('usage in the last chunk is the usage, to the token', async () => {
    expect(await usageOf(streamed(...words, end, last(told(1_234, 56))))).toEqual(plain);
    expect(wire.requests[0]?.body.stream_options).toEqual({ include_usage: true });
  });

  test('what was cached, written, heard and thought is told by kind', async () => {
    const usage = told(1_234, 56, {
      prompt_tokens_details: { cached_tokens: 1_024, audio_tokens: 8, cache_write_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 40, audio_tokens: 2, accepted_prediction_tokens: 0 },
    });
    expect(await usageOf(streamed(...words, end, last(usage)))).toEqual({
      ...plain,
      input_token_details: { cache_read: 1_024, cache_creation: 100, audio: 8 },
      output_token_details: { reasoning: 40, audio: 2 },
    });
  });

  test('usage repeated in every chunk is counted once', async () => {
    const repeating = [...words, end].map((chunk, at) => ({ ...chunk, usage: told(1_234, at * 10) }));
    expect(await usageOf(streamed(...repeating, { ...end, usage: told(1_234, 56) }))).toEqual(plain);
  });

  test('usage on the chunk that ends, and null before it, is the usage', async () => {
    const nulls = words.map((chunk) => ({ ...chunk, usage: null }));
    expect(await usageOf(streamed(...nulls, { ...end, usage: told(1_234, 56) }))).toEqual(plain);
  });

  test('thoughts that a provider leaves out of the output are a part of it', async () => {
    const usage = {
      prompt_tokens: 1_234,
      completion_tokens: 16,
      total_tokens: 1_290,
      completion_tokens_details: { reasoning_tokens: 40 },
    };
    expect(await usageOf(streamed(...words, end, last(usage)))).toEqual({
      ...plain,
      output_token_details: { reasoning: 40 },
    });
  });

  test('a whole reply in the place of a stream has its usage, and the stream that gave nothing was an attempt too', async () => {
    const message = { role: 'assistant', content: 'Forty six.' };
    const usage = told(1_234, 56, { prompt_tokens_details: { cached_tokens: 1_000 } });
    const whole: WireAnswer = () =>
      Response.json({
        id: 'x',
        object: 'chat.completion',
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage,
      });
    wire.willAnswer(whole, whole);
    const lost: LostAttempt[] = [];
    const attempts = { begin: async () => undefined, lost: (one: LostAttempt) => void lost.push(one) };
    const reply = await openChat()(requestOf({ attempts }), () => undefined);
    expect(reply.usage).toEqual({ ...plain, input_token_details: { cache_read: 1_000 } });
    expect(lost).toHaveLength(1);
  });

  test.each<[string, JsonObject[]]>([
    ['is missing', [...words, end]],
    ['is null', [...words, end, last(null)]],
    ['is empty', [...words, end, last({})]],
    [
      'is no number',
      [...words, end, last({ prompt_tokens: 'many', completion_tokens: -3, total_tokens: null })],
    ],
  ])('where usage %s, the tokenizer counts, and the counts say that they are ours', async (_, chunks) => {
    const usage = await usageOf(streamed(...chunks));
    expect(usage).toEqual({
      input_tokens: expect.any(Number),
      output_tokens: 4,
      total_tokens: expect.any(Number),
      estimated: true,
    });
    // "You are terse." is 4 tokens, "How many films?" is 4, and each message and the reply's beginning cost some
    expect(usage.input_tokens).toBeGreaterThanOrEqual(8);
    expect(usage.input_tokens).toBeLessThanOrEqual(24);
  });

  test('arguments of calls are output where nobody counts', async () => {
    const { output_tokens } = await usageOf(
      streamed(callDelta(0, 'run_sql', '{"sql":"select count(*) from film"}', 'a'), end),
    );
    expect(output_tokens).toBeGreaterThan(6);
    expect(output_tokens).toBeLessThan(25);
  });

  /** What is told of attempts while a request is asked, in order. */
  function listening() {
    const heard: (string | Promise<Usage>)[] = [];
    const attempts = {
      begin: async () => void heard.push('begin'),
      lost: ({ usage }: LostAttempt) => void heard.push(usage()),
    };
    return { attempts, heard: () => Promise.all(heard) };
  }

  test('an attempt that broke off in the midst of a call is told of, with what came of it', async () => {
    const { attempts, heard } = listening();
    wire.willAnswer(
      cut(callDelta(0, 'run_sql', '{"sql":"select', 'a')),
      streamed(...words, end, last(told(10, 2))),
    );
    await openChat()(requestOf({ attempts }), () => undefined);
    expect(await heard()).toEqual([
      'begin',
      {
        input_tokens: expect.any(Number),
        output_tokens: expect.any(Number),
        total_tokens: expect.any(Number),
        estimated: true,
      },
      'begin',
    ]);
  });

  test('a request that was refused is no attempt that costs', async () => {
    const { attempts, heard } = listening();
    wire.willAnswer(failed(503), failed(429));
    await expect(openChat()(requestOf({ attempts }), () => undefined)).rejects.toThrow('too often');
    expect(await heard()).toEqual(['begin', 'begin']);
  });

  test('a cancelled attempt costs its prompt and what was said', async () => {
    const { attempts, heard } = listening();
    const leaving = new AbortController();
    wire.willAnswer(stalled(...words));
    const asked = openChat()(requestOf({ attempts, signal: leaving.signal }), (text) => {
      if (text === 'six.') leaving.abort(new Error('gone'));
    });
    await expect(asked).rejects.toThrow('gone');
    expect(await heard()).toMatchObject(['begin', { output_tokens: 4, estimated: true }]);
  });

  test('an attempt that is silent until its time is over has cost its prompt', async () => {
    const { attempts, heard } = listening();
    wire.willAnswer(stalled());
    await expect(
      openChat('gpt-4o', { retries: 0, timeoutMs: 40 })(requestOf({ attempts }), () => undefined),
    ).rejects.toThrow('in time');
    const [, lost] = await heard();
    expect(lost).toMatchObject({ output_tokens: 0, estimated: true });
  });

  test('who may not begin an attempt ends the call with its reason', async () => {
    let begun = 0;
    const attempts = {
      begin: async () => {
        begun += 1;
        if (begun > 1) throw new Error('no budget');
      },
      lost: () => undefined,
    };
    wire.willAnswer(failed(503), failed(503));
    await expect(openChat()(requestOf({ attempts }), () => undefined)).rejects.toThrow('no budget');
    expect(wire.requests).toHaveLength(1);
  });

  test('the most that a reply may have goes to the provider, and nothing where nothing is said', async () => {
    const answer = streamed(...words, end, last(told(1, 1)));
    wire.willAnswer(answer, answer);
    await openChat()(requestOf({ maxTokens: 77 }), () => undefined);
    await openChat()(
      requestOf({ maxTokens: 77, tools: [{ name: 't', description: '', parameters: { type: 'object' } }] }),
      () => undefined,
    );
    expect(wire.requests.map(({ body }) => body.max_tokens)).toEqual([77, 77]);
    wire.willAnswer(answer);
    await openChat()(requestOf(), () => undefined);
    expect(Object.keys(wire.requests[2]?.body ?? {})).not.toContain('max_tokens');
    expect(Object.keys(wire.requests[2]?.body ?? {})).not.toContain('max_completion_tokens');
  });

  test('OpenAI and xAI know that number by its new name', () => {
    const names = ['https://api.openai.com/v1', 'https://api.x.ai/v1', 'http://127.0.0.1:11434/v1'].map(
      (baseUrl) => {
        const params: object = openOpenAiChat('m', { baseUrl }).invocationParams({ maxTokens: 5 } as object);
        return Object.entries(params).flatMap(([name, value]) => (value === 5 ? [name] : []));
      },
    );
    expect(names).toEqual([['max_completion_tokens'], ['max_completion_tokens'], ['max_tokens']]);
  });
});
