import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { toConfig } from '../../../src/config.ts';
import { openLog } from '../../../src/log.ts';
import { openMetrics } from '../../../src/metrics/open-metrics.ts';
import type { ChatRequest, ModelError } from '../../../src/model/chat-model.ts';
import { fallbacksSchema } from '../../../src/model/fallbacks-section.ts';
import { type ModelParts, openModels } from '../../../src/model/open-models.ts';
import { keysSchema } from '../../../src/model/pool/keys-section.ts';
import { type MovingClock, movingClock } from '../../support/moving-clock.ts';
import {
  cut,
  delta,
  embedded,
  failed,
  said,
  silent,
  standAtWire,
  unreachable,
  type WireAnswer,
  wireUrl,
} from '../../support/openai-wire.ts';
import { wireClientNames } from '../../support/wire-clients.ts';

describe.each(wireClientNames)('over the %s client', (client) => {
  const wire = standAtWire();

  function request(part: Partial<ChatRequest> = {}): ChatRequest {
    return {
      role: 'fast',
      agent: { name: 'sql', examples: [] },
      system: 'You are terse.',
      messages: [{ type: 'human', id: 'h1', content: 'How many films?' }],
      tools: [],
      signal: new AbortController().signal,
      ...part,
    };
  }

  const three = { OPENAI_API_KEYS: 'sk-one, sk-two, sk-three', BATON_MODEL_FAST: 'openai:gpt-test' };

  function open(settings: Record<string, string>, parts: ModelParts & { clock?: MovingClock } = {}) {
    const lines: string[] = [];
    const log = openLog(
      'info',
      false,
      new Writable({ write: (line, _, done) => done(void lines.push(`${line}`)) }),
    );
    const env = { OPENAI_BASE_URL: wireUrl, ...settings };
    const { models: config } = toConfig(env, { cwd: '/', terminal: false });
    const metrics = openMetrics();
    const clock = parts.clock ?? movingClock();
    const file = { keys: [], fallbacks: { fast: [], careful: [] }, ...parts.file, client };
    const models = openModels(config, log, { metrics, ...parts, file, clock });
    const ask = (part?: Partial<ChatRequest>, hear: (text: string) => void = () => undefined) =>
      models.chat(request(part), hear);
    const state = (id: string) =>
      models.keys.pool
        .known()
        .find(({ key }) => key.id === id)
        ?.state(clock.now());
    return { ...models, ask, state, clock, lines, metrics };
  }

  /** Each key has its own answers; the last of them stays. */
  function byKey(answers: Record<string, WireAnswer[]>): WireAnswer {
    const left = new Map(Object.entries(answers).map(([key, list]) => [key, [...list]]));
    return (asked) => {
      const key = keyOf(asked.headers);
      const list = left.get(key) ?? [];
      const answer = list.length > 1 ? list.shift() : list[0];
      return answer ? answer(asked) : failed(500, { message: `no answer for ${key}` })(asked);
    };
  }

  function keyOf(headers: Headers): string {
    return (headers.get('authorization') ?? '').replace('Bearer ', '');
  }

  function willAlways(answer: WireAnswer, times = 100): void {
    wire.willAnswer(...Array.from({ length: times }, () => answer));
  }

  async function failureOf(promise: Promise<unknown>): Promise<ModelError> {
    return promise.then(
      () => expect.unreachable('it succeeded'),
      (error) => error,
    );
  }

  const keysAsked = () => wire.requests.map(({ headers }) => keyOf(headers));

  describe('many keys', () => {
    test('are asked in turn, and the reply says which of them served', async () => {
      willAlways(said('Yes.'));
      const { ask } = open(three);
      const served = [];
      for (let at = 0; at < 6; at += 1) served.push((await ask()).servedBy);
      expect(keysAsked()).toEqual(['sk-one', 'sk-two', 'sk-three', 'sk-one', 'sk-two', 'sk-three']);
      expect(served[1]).toEqual({ provider: 'openai', model: 'gpt-test', key: 'env-2' });
    });

    test.each([
      ['seconds', { 'retry-after': '20' }],
      ['milliseconds', { 'retry-after-ms': '20000' }],
      ['a date', { 'retry-after': new Date(1_020_000).toUTCString() }],
    ])(
      'another key is asked at once where one is asked too often, until its time is over: %s',
      async (_, headers) => {
        willAlways(
          byKey({
            'sk-one': [failed(429, {}, headers), said('Back.')],
            'sk-two': [said('Two.')],
            'sk-three': [said('Three.')],
          }),
        );
        const { ask, state, clock } = open(three);
        const texts = [(await ask()).text, (await ask()).text, (await ask()).text];
        expect(texts).not.toContain('Back.');
        expect(clock.waiting()).toBe(0);
        expect(state('env-1')).toBe('cooling');
        for (let at = 0; at < 10; at += 1) await ask();
        expect(keysAsked().filter((key) => key === 'sk-one')).toHaveLength(1);
        await clock.pass(20_000);
        const after = [];
        for (let at = 0; at < 5; at += 1) after.push((await ask()).text);
        expect(after).toContain('Back.');
      },
    );

    test('going to another key is no retry, as long as it is the key that is at fault', async () => {
      const names = Array.from({ length: 10 }, (_, at) => `sk-${at}`);
      willAlways(
        byKey(
          Object.fromEntries(
            names.map((name, at) => [name, [at === 9 ? said('At last.') : failed(at % 2 ? 429 : 401)]]),
          ),
        ),
      );
      const { ask, lines } = open({ ...three, OPENAI_API_KEYS: names.join(','), BATON_MODEL_RETRIES: '0' });
      expect((await ask()).text).toBe('At last.');
      expect(wire.requests).toHaveLength(10);
      expect(lines.filter((line) => line.includes('a model key is refused'))).toHaveLength(5);
      expect((await ask()).text).toBe('At last.');
      expect(wire.requests).toHaveLength(11);
    });

    test('a failure of the provider is a retry, with another key and without a wait', async () => {
      willAlways(byKey({ 'sk-one': [failed(503)], 'sk-two': [unreachable()], 'sk-three': [said('Here.')] }));
      const { ask, clock } = open({ ...three, BATON_MODEL_RETRIES: '2' });
      expect((await ask()).text).toBe('Here.');
      expect(clock.waiting()).toBe(0);
      expect(await failureOf(open({ ...three, BATON_MODEL_RETRIES: '1' }).ask())).toMatchObject({
        reason: 'unavailable',
      });
    });

    test('one key that is asked too often is waited for as long as the provider says', async () => {
      willAlways(byKey({ 'sk-only': [failed(429, {}, { 'retry-after': '7' }), said('Here.')] }));
      const { ask, clock } = open({ ...three, OPENAI_API_KEYS: 'sk-only' });
      const reply = ask();
      await expect.poll(() => clock.waiting()).toBe(1);
      await clock.pass(6_900);
      expect(wire.requests).toHaveLength(1);
      await clock.pass(200);
      expect((await reply).text).toBe('Here.');
    });

    test('when every key is asked too often for longer than a turn can wait, it is said when one is free', async () => {
      willAlways(failed(429, {}, { 'retry-after': '90' }));
      const error = await failureOf(open(three).ask());
      expect(error).toMatchObject({ reason: 'rate-limited', retryAfterMs: 90_000 });
      expect(error.message).toBe(
        'openai:gpt-test: no key can be asked now. The first is free again in 90 s.',
      );
      expect(wire.requests).toHaveLength(3);
    });

    test('a key without quota is left alone, and the others serve', async () => {
      const broke = failed(429, { code: 'insufficient_quota' });
      willAlways(byKey({ 'sk-one': [broke], 'sk-two': [said('Two.')], 'sk-three': [said('Three.')] }));
      const { ask, clock } = open(three);
      for (let at = 0; at < 6; at += 1) {
        await ask();
        await clock.pass(60_000);
      }
      expect(keysAsked().filter((key) => key === 'sk-one')).toHaveLength(1);
    });

    test('a request that is wrong is not sent to another key', async () => {
      willAlways(failed(400, { code: 'context_length_exceeded' }));
      expect(await failureOf(open(three).ask())).toMatchObject({ reason: 'rejected' });
      expect(wire.requests).toHaveLength(1);
    });

    test('nobody else is asked once a piece of the answer was heard', async () => {
      willAlways(byKey({ 'sk-one': [cut(delta({ content: 'There ' }))], 'sk-two': [said('Two.')] }));
      const heard: string[] = [];
      const error = await failureOf(
        open({ ...three, BATON_MODEL_FAST_FALLBACKS: 'offline' }).ask({}, (text) => heard.push(text)),
      );
      expect(error).toMatchObject({ reason: 'unavailable' });
      expect([heard, wire.requests.length]).toEqual([['There '], 1]);
    });

    // of vectors, which have one client
    test.runIf(client === 'lean')(
      'a storm of a thousand requests stays within what each key takes, and all are answered',
      async () => {
        const running: Record<string, number> = {};
        const most: Record<string, number> = {};
        let refusals = 0;
        const busy: WireAnswer = async (asked) => {
          const key = keyOf(asked.headers);
          running[key] = (running[key] ?? 0) + 1;
          most[key] = Math.max(most[key] ?? 0, running[key]);
          await new Promise((resolve) => setImmediate(resolve));
          running[key] -= 1;
          if (wire.requests.length % 50 !== 0) return embedded(() => [1])(asked);
          refusals += 1;
          return failed(429, {}, { 'retry-after': '2' })(asked);
        };
        willAlways(busy, 2_000);
        const server = { provider: 'big', baseUrl: wireUrl };
        const file = {
          keys: keysSchema.parse([
            { id: 'large', ...server, secret: 'env:PATH', weight: 3, maxConcurrency: 12 },
            { id: 'small', ...server, secret: 'env:HOME', maxConcurrency: 4 },
          ]),
          fallbacks: fallbacksSchema.parse({}),
        };
        const { embedder, clock, keys } = open({ BATON_MODEL_EMBED: 'big:model' }, { file });
        let left = 1_000;
        const clients = Array.from({ length: 40 }, async () => {
          while (left-- > 0) await embedder.embed(['a']);
        });
        const all = Promise.all(clients).then(() => 'all');
        const idle = () => keys.pool.known().every((desk) => desk.running === 0);
        for (;;) {
          const turn = new Promise((resolve) => setImmediate(resolve, 'turn'));
          if ((await Promise.race([all, turn])) === 'all') break;
          if (idle()) await clock.pass(100); // time passes while nothing else happens
        }
        expect(refusals).toBeGreaterThan(10);
        expect(Object.values(most).sort((a, b) => a - b)).toEqual([4, 12]);
        expect(idle()).toBe(true);
      },
      60_000,
    );
  });

  describe('models that stand in', () => {
    const chain = {
      ...three,
      BATON_MODEL_FAST_FALLBACKS: 'openai:gpt-other,offline',
      BATON_MODEL_RETRIES: '0',
    };

    function byModel(answers: Record<string, WireAnswer>): WireAnswer {
      return (asked) => {
        const answer = answers[String(asked.body.model)];
        return answer ? answer(asked) : failed(404)(asked);
      };
    }

    test('are asked when the model is away, in their order, and the reply says who served', async () => {
      willAlways(byModel({ 'gpt-test': failed(503), 'gpt-other': said('I stand in.') }));
      const { ask, lines, metrics } = open(chain);
      expect(await ask()).toMatchObject({
        text: 'I stand in.',
        servedBy: { provider: 'openai', model: 'gpt-other', key: 'env-2' },
      });
      expect(lines.join('')).toContain('another model is asked');
      expect(await metrics.registry.metrics()).toContain(
        'baton_model_fallbacks_total{role="fast",from="openai:gpt-test",to="openai:gpt-other"} 1',
      );
    });

    test('the offline model is the last resort, when nobody takes a key', async () => {
      willAlways(failed(401));
      const reply = await open(chain).ask();
      expect(reply).toMatchObject({ model: 'offline', servedBy: { provider: 'offline', model: 'offline' } });
    });

    test('one time-out is enough to ask another', async () => {
      willAlways(byModel({ 'gpt-test': silent(), 'gpt-other': said('Quick.') }));
      const { ask } = open({ ...chain, BATON_MODEL_RETRIES: '5', BATON_MODEL_TIMEOUT_MS: '100' });
      expect((await ask()).text).toBe('Quick.');
      expect(wire.requests.map(({ body }) => body.model)).toEqual(['gpt-test', 'gpt-other']);
    });

    test('a key that is not free soon is not waited for', async () => {
      willAlways(
        byModel({ 'gpt-test': failed(429, {}, { 'retry-after': '3' }), 'gpt-other': said('Free.') }),
      );
      const file = {
        keys: keysSchema.parse([]),
        fallbacks: fallbacksSchema.parse({ fast: ['alt:gpt-other'] }),
      };
      const keys = keysSchema.parse([{ id: 'alt', provider: 'alt', baseUrl: wireUrl }]);
      const { ask, clock } = open(three, { file: { ...file, keys } });
      expect(await ask()).toMatchObject({ text: 'Free.', servedBy: { provider: 'alt', key: 'alt' } });
      expect(clock.waiting()).toBe(0);
      expect(keysAsked()).toEqual(['sk-one', 'sk-two', 'sk-three', 'none']);
    });

    test('a rejected request is rejected, and an abort is an abort', async () => {
      willAlways(failed(400));
      const { ask } = open(chain);
      expect(await failureOf(ask())).toMatchObject({ reason: 'rejected' });
      expect(wire.requests).toHaveLength(1);
      const abort = new AbortController();
      const reason = new Error('the user went away');
      abort.abort(reason);
      expect(await failureOf(ask({ signal: abort.signal }))).toBe(reason);
      expect(wire.requests).toHaveLength(1);
    });

    test('a name that nobody can serve is told at start, with the setting that names it', () => {
      expect(() => open({ BATON_MODEL_FAST: 'offline', BATON_MODEL_FAST_FALLBACKS: 'nobody:x' })).toThrow(
        'BATON_MODEL_FAST_FALLBACKS: nobody:x names an unknown provider',
      );
      expect(() => open({ OPENAI_BASE_URL: '', BATON_MODEL_CAREFUL: 'openai:gpt-test' })).toThrow(
        'BATON_MODEL_CAREFUL names a model of OpenAI, and neither OPENAI_API_KEY nor OPENAI_BASE_URL is set',
      );
    });
  });

  test('vectors come by the same keys', async () => {
    willAlways(
      byKey({
        'sk-one': [failed(429, {}, { 'retry-after': '60' })],
        'sk-two': [embedded(() => [1, 0])],
        'sk-three': [failed(401)],
      }),
    );
    const { embedder, state, clock } = open({ ...three, BATON_MODEL_EMBED: 'openai:embed' });
    for (let at = 0; at < 3; at += 1) expect(await embedder.embed(['a'])).toEqual([[1, 0]]);
    expect([state('env-1'), state('env-3'), clock.waiting()]).toEqual(['cooling', 'refused', 0]);
  });

  test('states of keys are counted', async () => {
    willAlways(byKey({ 'sk-one': [failed(429)], 'sk-two': [failed(401)], 'sk-three': [said('Three.')] }));
    const { ask, metrics } = open(three);
    await ask();
    const text = await metrics.registry.metrics();
    expect(text).toContain('baton_model_keys{state="ready"} 1');
    expect(text).toContain('baton_model_keys{state="cooling"} 1');
    expect(text).toContain('baton_model_keys{state="refused"} 1');
    expect(text).toContain('baton_model_key_rests_total{provider="openai",state="refused"} 1');
    expect(text).toMatch(/baton_model_key_wait_seconds_count\{provider="openai"\} 3/);
  });
});
