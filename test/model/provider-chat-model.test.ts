import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Config } from '../../src/config.ts';
import { openLog } from '../../src/log.ts';
import type { Message } from '../../src/message.ts';
import type { ChatReply, ChatRequest, ModelError } from '../../src/model/chat-model.ts';
import { openLangChainClient } from '../../src/model/langchain-client.ts';
import { openModels } from '../../src/model/open-models.ts';
import { openProvider } from '../../src/model/open-provider.ts';
import { createProviderChatModel } from '../../src/model/provider-chat-model.ts';
import type { RetryPolicy } from '../../src/model/with-retries.ts';
import { oneWay } from '../support/one-way.ts';
import {
  callDelta,
  cut,
  delta,
  failed,
  said,
  silent,
  stalled,
  standAtWire,
  streamed,
  unreachable,
  type WireAnswer,
  wireUrl,
} from '../support/openai-wire.ts';
import { wireClientNames, wireClients } from '../support/wire-clients.ts';

describe.each(wireClientNames)('over the %s client', (client) => {
  const wire = standAtWire();
  const runSql = {
    name: 'run_sql',
    description: 'Runs a query.',
    parameters: { type: 'object', properties: { sql: { type: 'string' } }, required: ['sql'] },
  };
  const question: Message = { type: 'human', id: 'h1', content: 'How many films?' };

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  /** What the waits between attempts were; no time passes. */
  function fakeClock(now = 0) {
    const waits: number[] = [];
    return { waits, now: () => now, random: () => 0.5, wait: async (ms: number) => void waits.push(ms) };
  }

  function openChat(policy: Partial<RetryPolicy> = {}, baseUrl = wireUrl) {
    const open = async () => wireClients[client]('gpt-test', { apiKey: 'sk-secret', baseUrl });
    const clock = fakeClock();
    return createProviderChatModel(oneWay({ open }), {
      name: 'openai:gpt-test',
      retries: 2,
      timeoutMs: 10_000,
      takesNames: true,
      clock,
      ...policy,
    });
  }

  function requestOf(part: Partial<ChatRequest> = {}): ChatRequest {
    return {
      role: 'fast',
      agent: { name: 'sql', examples: [] },
      system: 'You are terse.',
      messages: [question],
      tools: [],
      signal: new AbortController().signal,
      ...part,
    };
  }

  async function ask(
    answer: WireAnswer,
    part: Partial<ChatRequest> = {},
  ): Promise<{ reply: ChatReply; heard: string[] }> {
    wire.willAnswer(answer);
    const heard: string[] = [];
    const reply = await openChat()(requestOf(part), (text) => heard.push(text));
    return { reply, heard };
  }

  async function failureOf(promise: Promise<unknown>): Promise<ModelError> {
    return promise.then(
      () => expect.unreachable('it succeeded'),
      (error) => error,
    );
  }

  describe('a reply', () => {
    test('comes as text in order, with its usage, model and end', async () => {
      const { reply, heard } = await ask(said('There are 46 films.'));
      expect(heard).toEqual(['There ', 'are ', '46 ', 'films.']);
      expect(reply).toEqual({
        text: 'There are 46 films.',
        calls: [],
        invalidCalls: [],
        usage: { input_tokens: 12, output_tokens: 4, total_tokens: 16 },
        model: 'wire-model',
        stop: 'end',
      });
    });

    test('has parallel calls whose pieces came mixed', async () => {
      const { reply, heard } = await ask(
        streamed(
          callDelta(0, 'run_sql', '', 'a'),
          callDelta(1, 'describe', '{"t', 'b'),
          callDelta(0, undefined, '{"sql":"sel'),
          callDelta(1, undefined, 'able":1}'),
          callDelta(0, undefined, 'ect 1"}'),
          delta({}, 'tool_calls'),
        ),
        { tools: [runSql] },
      );
      expect(heard).toEqual([]);
      expect(reply.calls).toEqual([
        { id: 'a', name: 'run_sql', args: { sql: 'select 1' }, type: 'tool_call' },
        { id: 'b', name: 'describe', args: { table: 1 }, type: 'tool_call' },
      ]);
      expect(reply.stop).toBe('calls');
    });

    test('with arguments that are not JSON has an invalid call with the text as it came', async () => {
      const { reply } = await ask(
        streamed(callDelta(0, 'run_sql', '{"sql": sel', 'a'), delta({}, 'tool_calls')),
      );
      expect(reply.calls).toEqual([]);
      expect(reply.invalidCalls).toMatchObject([{ id: 'a', name: 'run_sql', args: '{"sql": sel' }]);
      expect(reply.stop).toBe('calls');
    });

    test('with arguments that are JSON and no object has an invalid call', async () => {
      const { reply } = await ask(streamed(callDelta(0, 'run_sql', '[1]', 'a')));
      expect(reply.invalidCalls).toMatchObject([
        { args: '[1]', error: 'the arguments must be a JSON object' },
      ]);
    });

    test('without usage from the server has estimated counts, marked so', async () => {
      const { reply } = await ask(
        streamed(delta({ role: 'assistant', content: 'Hello there' }), delta({}, 'stop')),
      );
      expect(reply.usage).toMatchObject({ estimated: true });
      expect(reply.usage.input_tokens).toBeGreaterThan(5);
      expect(reply.usage.output_tokens).toBe(2);
    });

    test.each([
      ['length', 'length'],
      ['content_filter', 'filter'],
    ])('that ended by %s says so', async (reason, stop) => {
      const { reply } = await ask(streamed(delta({ role: 'assistant', content: 'Once' }), delta({}, reason)));
      expect(reply.stop).toBe(stop);
    });
  });

  describe('servers with an accent are understood', () => {
    test('no role in the first delta', async () => {
      const { reply } = await ask(streamed(delta({ content: 'Hi' }), callDelta(0, 'run_sql', '{}', 'a')));
      expect(reply).toMatchObject({ text: 'Hi', calls: [{ name: 'run_sql', args: {} }] });
    });

    test('null content, and nothing but an end', async () => {
      const { reply, heard } = await ask(streamed(delta({ role: 'assistant', content: null }, 'stop')));
      expect({ heard, text: reply.text, stop: reply.stop }).toEqual({ heard: [], text: '', stop: 'end' });
    });

    test('whole calls in one delta, all numbered 0', async () => {
      const { reply } = await ask(
        streamed(callDelta(0, 'one', '{"a":1}', 'x'), callDelta(0, 'two', '{"b":2}', 'y'), delta({}, 'stop')),
      );
      expect(reply.calls.map(({ name, args }) => [name, args])).toEqual([
        ['one', { a: 1 }],
        ['two', { b: 2 }],
      ]);
      expect(reply.stop).toBe('calls');
    });

    test('arguments as an object, without an index or an id', async () => {
      const tool_calls = [{ function: { name: 'one', arguments: { a: 1 } } }, { function: { name: 'two' } }];
      const { reply } = await ask(streamed(delta({ role: 'assistant', tool_calls })));
      expect(reply.calls.map(({ name, args }) => [name, args])).toEqual([
        ['one', { a: 1 }],
        ['two', {}],
      ]);
    });

    test('a whole reply in the place of a stream', async () => {
      const tool_calls = [
        { id: 'a', type: 'function', function: { name: 'run_sql', arguments: '{"sql":"x"}' } },
        { id: 'b', type: 'function', function: { name: 'run_sql', arguments: '{"sql' } },
      ];
      const message = { role: 'assistant', content: 'Look:', tool_calls };
      const whole: WireAnswer = () =>
        Response.json({
          id: 'x',
          object: 'chat.completion',
          model: 'wire-model',
          choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
          usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
        });
      wire.willAnswer(whole);
      const { reply, heard } = await ask(whole);
      expect(heard).toEqual(['Look:']);
      expect(reply).toMatchObject({
        text: 'Look:',
        calls: [{ id: 'a', name: 'run_sql', args: { sql: 'x' } }],
        invalidCalls: [{ id: 'b', name: 'run_sql', args: '{"sql' }],
        usage: { total_tokens: 5 },
        model: 'wire-model',
        stop: 'calls',
      });
      expect(wire.requests.map(({ body }) => body.stream)).toEqual([true, false]);
    });

    test('reasoning beside the text is dropped', async () => {
      const { reply, heard } = await ask(
        streamed(delta({ reasoning_content: 'Hm.' }), delta({ content: '46' })),
      );
      expect([reply.text, heard]).toEqual(['46', ['46']]);
    });
  });

  test('the request is what OpenAI expects: order, names, calls, results, parts and tools', async () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
    const messages: Message[] = [
      {
        type: 'human',
        id: '1',
        content: [{ type: 'text', text: 'What is this?' }, image],
        name: 'Ada Lovelace',
      },
      {
        type: 'ai',
        id: '2',
        name: 'sql',
        content: '',
        tool_calls: [
          { id: 'a', name: 'run_sql', args: { sql: 'select 1' } },
          { id: 'b', name: 'run_sql', args: { sql: 'select 2' } },
        ],
      },
      {
        type: 'tool',
        id: '3',
        name: 'run_sql',
        tool_call_id: 'a',
        status: 'success',
        content: '1',
        artifact: { secret: 1 },
      },
      { type: 'tool', id: '4', name: 'run_sql', tool_call_id: 'b', status: 'error', content: 'no' },
    ];
    const before = structuredClone(messages);
    await ask(said('Fine.'), { messages, tools: [runSql] });
    expect(messages).toEqual(before);
    const [sent] = wire.requests;
    expect(sent?.path).toBe('/chat/completions');
    expect(sent?.headers.get('authorization')).toBe('Bearer sk-secret');
    const asked = (id: string, sql: string) => ({
      id,
      type: 'function',
      function: { name: 'run_sql', arguments: JSON.stringify({ sql }) },
    });
    expect(sent?.body).toEqual({
      model: 'gpt-test',
      stream: true,
      stream_options: { include_usage: true },
      tools: [{ type: 'function', function: runSql }],
      messages: [
        { role: 'system', content: 'You are terse.' },
        { role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] },
        {
          role: 'assistant',
          name: 'sql',
          content: '',
          tool_calls: [asked('a', 'select 1'), asked('b', 'select 2')],
        },
        { role: 'tool', tool_call_id: 'a', content: '1' },
        { role: 'tool', tool_call_id: 'b', content: 'no' },
      ],
    });
  });

  describe('failures', () => {
    test('of the moment are waited out, as long as the server asks', async () => {
      const clock = fakeClock();
      wire.willAnswer(failed(429, {}, { 'retry-after': '3' }), failed(503), unreachable(), said('At last.'));
      const reply = await openChat({ retries: 3, clock })(requestOf(), () => {});
      expect(reply.text).toBe('At last.');
      // Without word of the server: half (the random number) of 0.5 s doubled for each failure before.
      expect(clock.waits).toEqual([3000, 500, 1000]);
    });

    test('that name a date are waited out until then, and half a minute at most', async () => {
      const clock = fakeClock(Date.parse('2026-01-01T00:00:00Z'));
      const at = (time: string) => failed(429, {}, { 'retry-after': `Thu, 01 Jan 2026 ${time} GMT` });
      wire.willAnswer(at('00:00:07'), at('01:00:00'), said('Yes.'));
      await openChat({ clock })(requestOf(), () => {});
      expect(clock.waits).toEqual([7000, 30_000]);
    });

    test('that do not pass are given up after the retries', async () => {
      wire.willAnswer(failed(500), failed(502), failed(529));
      const error = await failureOf(openChat()(requestOf(), () => {}));
      expect(error).toMatchObject({ name: 'ModelError', reason: 'unavailable' });
      expect(wire.requests).toHaveLength(3);
    });

    test.each([400, 401, 403, 404, 422])(
      'with status %i are final at once, and tell no secret',
      async (status) => {
        wire.willAnswer(
          failed(status, { message: 'Incorrect API key provided: sk-secret', code: 'Bad: sk-secret' }),
        );
        const error = await failureOf(openChat()(requestOf(), () => {}));
        expect(error).toMatchObject({ name: 'ModelError', reason: 'rejected' });
        expect(error.message).toContain(String(status));
        expect(error.message).not.toContain('sk-secret');
        expect(wire.requests).toHaveLength(1);
      },
    );

    test('for want of quota are final, and a long context is rejected with its code', async () => {
      wire.willAnswer(failed(429, { code: 'insufficient_quota' }));
      const spent = await failureOf(openChat()(requestOf(), () => {}));
      expect(spent).toMatchObject({ reason: 'rate-limited' });
      wire.willAnswer(failed(400, { code: 'context_length_exceeded' }));
      const long = await failureOf(openChat()(requestOf(), () => {}));
      expect(long).toMatchObject({ reason: 'rejected' });
      expect(long.message).toContain('context_length_exceeded');
      expect(wire.requests).toHaveLength(2);
    });

    test('before the first word are tried again', async () => {
      wire.willAnswer(cut(delta({ role: 'assistant', content: '' })), said('Whole.'));
      const heard: string[] = [];
      await openChat()(requestOf(), (text) => heard.push(text));
      expect(heard.join('')).toBe('Whole.');
    });

    test('after the first word are final: no word is said twice', async () => {
      wire.willAnswer(cut(delta({ role: 'assistant', content: 'There ' })), said('There are 46.'));
      const heard: string[] = [];
      const error = await failureOf(openChat()(requestOf(), (text) => heard.push(text)));
      expect(error).toMatchObject({ name: 'ModelError', reason: 'unavailable' });
      expect(heard).toEqual(['There ']);
      expect(wire.requests).toHaveLength(1);
    });

    test('inside a stream are failures, not endings', async () => {
      wire.willAnswer(streamed({ error: { message: 'overloaded', code: 'overloaded' } }), said('Then.'));
      const reply = await openChat()(requestOf(), () => {});
      expect(reply.text).toBe('Then.');
    });

    test('an answer with nothing in it is one of a model that misbehaved', async () => {
      const nothing: WireAnswer = () =>
        new Response('<html>Welcome</html>', { headers: { 'content-type': 'text/html' } });
      wire.willAnswer(nothing, nothing);
      const error = await failureOf(openChat({ retries: 0 })(requestOf(), () => {}));
      expect(error).toMatchObject({ name: 'ModelError', reason: 'misbehaved' });
    });
  });

  describe('time', () => {
    test('a server that does not answer is given up', async () => {
      wire.willAnswer(silent());
      const error = await failureOf(openChat({ retries: 0, timeoutMs: 40 })(requestOf(), () => {}));
      expect(error).toMatchObject({ name: 'ModelError', reason: 'timeout' });
    });

    test('a stream that falls silent is given up, and not begun again', async () => {
      wire.willAnswer(stalled(delta({ role: 'assistant', content: 'There ' })));
      const error = await failureOf(openChat({ timeoutMs: 60 })(requestOf(), () => {}));
      expect(error).toMatchObject({ name: 'ModelError', reason: 'timeout' });
      expect(wire.requests).toHaveLength(1);
    });

    test('a cancelled turn ends at once in the middle of a stream, with the reason of the signal', async () => {
      const cancel = new AbortController();
      const reason = new Error('the user went away');
      wire.willAnswer(stalled(delta({ role: 'assistant', content: 'There ' })));
      const asked = openChat()(requestOf({ signal: cancel.signal }), () => cancel.abort(reason));
      expect(await failureOf(asked)).toBe(reason);
    });

    test('a cancelled turn does not wait for its next attempt', async () => {
      const cancel = new AbortController();
      const reason = new Error('the user went away');
      wire.willAnswer(failed(500));
      const chat = createProviderChatModel(
        oneWay({ open: async () => wireClients[client]('gpt-test', { apiKey: 'k', baseUrl: wireUrl }) }),
        { name: 'm', retries: 2, timeoutMs: 1000, takesNames: true, onRetry: () => cancel.abort(reason) },
      );
      expect(await failureOf(chat(requestOf({ signal: cancel.signal }), () => {}))).toBe(reason);
      expect(wire.requests).toHaveLength(1);
    });
  });

  test('no tracer calls out, whatever the environment asks for', async () => {
    vi.stubEnv('LANGSMITH_TRACING', 'true');
    vi.stubEnv('LANGCHAIN_TRACING_V2', 'true');
    vi.stubEnv('LANGSMITH_API_KEY', 'ls-key');
    vi.stubEnv('LANGSMITH_ENDPOINT', `${wireUrl}/tracing`);
    await ask(said('Quiet.'), { tools: [runSql] });
    await ask(said('Still quiet.'));
    // A tracer's first step is to look at its server.
    expect(wire.seen.filter((url) => !url.endsWith('/chat/completions'))).toEqual([]);
    expect(wire.seen).toHaveLength(2);
  });

  describe('models by role', () => {
    const log = openLog('silent', false);
    const config: Config['models'] = {
      roles: {
        fast: { provider: 'openai', model: 'small' },
        careful: { provider: 'openai', model: 'large' },
      },
      embed: { provider: 'local', model: 'local' },
      openai: { baseUrl: wireUrl },
      fallbacks: { fast: [], careful: [] },
      allow: [],
      timeoutMs: 10_000,
      maxTokens: 8_192,
      retries: 0,
    };

    test('each role asks its own model, at the configured URL, without a key', async () => {
      wire.willAnswer(said('a'), said('b'));
      const { chat } = openModels(config, log, {
        file: { keys: [], fallbacks: { fast: [], careful: [] }, client },
      });
      await chat(requestOf({ role: 'careful' }), () => {});
      await chat(requestOf({ role: 'fast' }), () => {});
      expect(wire.requests.map(({ body }) => body.model)).toEqual(['large', 'small']);
    });

    test('an unknown role is an error that names the known ones', async () => {
      const error = await failureOf(openModels(config, log).chat(requestOf({ role: 'fats' }), () => {}));
      expect(error.message).toBe('There is no model role fats: known are fast, careful.');
    });

    test('a provider whose package is absent is a problem of the configuration, which names the package', () => {
      const roles = {
        fast: { provider: 'anthropic', model: 'claude' },
        careful: { provider: 'nobody', model: 'x' },
      };
      const open = () => openModels({ ...config, roles, embed: { provider: 'cohere', model: 'e' } }, log);
      expect(open).toThrow(
        'BATON_MODEL_FAST: anthropic:claude needs a package that is not installed: npm install @langchain/anthropic',
      );
      expect(open).toThrow('BATON_MODEL_CAREFUL: nobody:x names an unknown provider');
      expect(open).toThrow('BATON_MODEL_EMBED: cohere:e cannot embed');
    });

    test('the offline model answers where it is configured', async () => {
      const offline = { provider: 'offline', model: 'offline' };
      const { chat, embedder } = openModels({ ...config, roles: { fast: offline, careful: offline } }, log);
      const reply = await chat(requestOf(), () => {});
      expect([reply.model, embedder.model]).toEqual(['offline', 'local-hash-1024-v1']);
      expect(wire.requests).toEqual([]);
    });
  });

  test('other providers are opened through their LangChain package', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-of-the-provider');
    vi.stubEnv('OPENAI_BASE_URL', wireUrl);
    wire.willAnswer(
      streamed(delta({ role: 'assistant', content: 'Hi' }), callDelta(0, 'run_sql', '{"sql":"x"}', 'a')),
    );
    const open = async () => openLangChainClient(await openProvider({ provider: 'openai', model: 'theirs' }));
    const chat = createProviderChatModel(oneWay({ open }), {
      name: 'x:theirs',
      retries: 0,
      timeoutMs: 10_000,
      takesNames: false,
    });
    const reply = await chat(requestOf({ tools: [runSql] }), () => {});
    expect(reply).toMatchObject({ text: 'Hi', calls: [{ name: 'run_sql', args: { sql: 'x' } }] });
    expect(wire.requests[0]?.body).toMatchObject({
      model: 'theirs',
      tools: [{ function: { name: 'run_sql' } }],
    });
  });
});
