import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { openLog } from '../../../src/log.ts';
import { ModelError } from '../../../src/model/chat-model.ts';
import { type KeyPool, type KeyWay, type Need, openKeyPool } from '../../../src/model/pool/key-pool.ts';
import { openKeySources } from '../../../src/model/pool/key-sources.ts';
import { type KeyLimits, type ModelKey, noKeyLimits } from '../../../src/model/pool/model-key.ts';
import type { Failure } from '../../../src/model/to-model-error.ts';
import type { Ways } from '../../../src/model/with-retries.ts';
import { type MovingClock, movingClock } from '../../support/moving-clock.ts';

function keyOf(id: string, limits: Partial<KeyLimits> = {}, rest: Partial<ModelKey> = {}): ModelKey {
  const about = { name: id, source: 'file' as const, tenant: null, provider: 'openai', disabled: false };
  return { id, secret: `sk-${id}-canary`, ...about, ...rest, limits: { ...noKeyLimits, ...limits } };
}

const need: Need = {
  tenant: null,
  provider: 'openai',
  model: 'gpt-test',
  name: 'openai:gpt-test',
  tokens: () => 100,
  patienceMs: 30_000,
};

interface Opened {
  pool: KeyPool;
  clock: MovingClock;
  lines: string[];
  /** The ways of one request. */
  ways(part?: Partial<Need>): Promise<Ways<KeyWay>>;
  /** Takes a key for a request of its own. */
  take(part?: Partial<Need>): Promise<KeyWay>;
}

function open(keys: ModelKey[], clock = movingClock()): Opened {
  const lines: string[] = [];
  const log = openLog(
    'info',
    false,
    new Writable({ write: (line, _, done) => done(void lines.push(`${line}`)) }),
  );
  const pool = openKeyPool(openKeySources(keys), { log, clock });
  const ways = (part: Partial<Need> = {}) => pool.waysTo({ ...need, ...part });
  const take = async (part: Partial<Need> = {}) => (await ways(part)).next(new AbortController().signal);
  return { pool, clock, lines, ways, take };
}

function failure(part: Partial<Failure> = {}): Failure {
  return { error: new ModelError('unavailable', 'It is away.'), mayPass: true, ...part };
}
const limited = (retryAfterMs?: number) =>
  failure({ kind: 'limited', ...(retryAfterMs !== undefined && { retryAfterMs }) });
const refused = () => failure({ kind: 'refused', mayPass: false });

function stateOf({ pool, clock }: Opened, id: string) {
  return pool
    .known()
    .find(({ key }) => key.id === id)
    ?.state(clock.now());
}

async function failureOf(promise: Promise<unknown>): Promise<ModelError> {
  return promise.then(
    () => expect.unreachable('there was a key'),
    (error) => error,
  );
}

function count<Item extends string>(items: Item[]): Record<string, number> {
  return Object.fromEntries(
    [...new Set(items)].sort().map((item) => [item, items.filter((other) => other === item).length]),
  );
}

describe('choosing', () => {
  test('a thousand requests go to keys by weight, and the heavy one is not asked in a row', async () => {
    const { take } = open([keyOf('a', { weight: 5 }), keyOf('b', { weight: 3 }), keyOf('c', { weight: 2 })]);
    const asked: string[] = [];
    for (let at = 0; at < 1_000; at += 1) {
      const way = await take();
      asked.push(way.key.id);
      way.succeeded();
    }
    expect(count(asked)).toEqual({ a: 500, b: 300, c: 200 });
    expect(asked.join('')).not.toContain('aaa');
  });

  test('a thousand requests at once go by weight too, and no key is asked more at once than it may be', async () => {
    const keys = [
      keyOf('a', { weight: 3, maxConcurrency: 30 }),
      keyOf('b', { weight: 1, maxConcurrency: 10 }),
    ];
    const opened = open(keys);
    const most: Record<string, number> = {};
    const asked: string[] = [];
    const all = Array.from({ length: 1_000 }, async () => {
      const { key, succeeded } = await opened.take({ patienceMs: 1e9 });
      asked.push(key.id);
      const running = opened.pool.deskOf(key).running;
      most[key.id] = Math.max(most[key.id] ?? 0, running);
      await opened.clock.wait(1_000, new AbortController().signal);
      succeeded();
    });
    await opened.clock.pass(60_000);
    await Promise.all(all);
    expect(most).toEqual({ a: 30, b: 10 });
    expect(count(asked)).toEqual({ a: 750, b: 250 });
    expect(opened.pool.known().map(({ running }) => running)).toEqual([0, 0]);
  });

  test('a key that serves other models, or is disabled, is not asked', async () => {
    const keys = [
      keyOf('other', { models: ['gpt-other'] }),
      keyOf('off', {}, { disabled: true }),
      keyOf('xai', {}, { provider: 'xai' }),
      keyOf('this', { models: ['gpt-other', 'gpt-test'] }),
    ];
    const { take } = open(keys);
    for (let at = 0; at < 4; at += 1) expect((await take()).key.id).toBe('this');
  });

  test('where there is no key it is said so, and to whom', async () => {
    const { take } = open([keyOf('off', {}, { disabled: true })]);
    expect(await failureOf(take())).toMatchObject({
      reason: 'unavailable',
      message: 'openai:gpt-test: every key for it is disabled.',
    });
    expect((await failureOf(take({ provider: 'xai', name: 'xai:m' }))).message).toBe(
      'xai:m: there is no key for it.',
    );
    expect((await failureOf(take({ provider: 'xai', name: 'xai:m', tenant: 'acme' }))).message).toBe(
      'xai:m: there is no key for it that this tenant may use.',
    );
  });

  test('a tenant that has keys of its own uses these alone, even when they are of no use', async () => {
    const keys = [
      keyOf('service'),
      keyOf('acme', {}, { tenant: 'acme' }),
      keyOf('off', {}, { tenant: 'off', disabled: true }),
    ];
    const { take } = open(keys);
    for (let at = 0; at < 3; at += 1) {
      expect((await take({ tenant: 'acme' })).key.id).toBe('acme');
      expect((await take({ tenant: 'other' })).key.id).toBe('service');
      expect((await take({ tenant: null })).key.id).toBe('service');
    }
    expect((await failureOf(take({ tenant: 'off' }))).message).toContain('disabled');
  });

  test('a tenant that shares uses its own keys first, and the service’s when those are busy', async () => {
    const keys = [keyOf('service')];
    const own = keyOf('acme', { maxConcurrency: 2 }, { tenant: 'acme' });
    const clock = movingClock();
    const sources = openKeySources(keys, {
      of: async (owner) => ({ keys: owner === 'acme' ? [own] : [], shared: true }),
      known: () => [own],
    });
    const pool = openKeyPool(sources, { log: openLog('silent', false), clock });
    const { signal } = new AbortController();
    const ids: string[] = [];
    for (let at = 0; at < 3; at += 1) {
      ids.push((await (await pool.waysTo({ ...need, tenant: 'acme' })).next(signal)).key.id);
    }
    expect(ids).toEqual(['acme', 'acme', 'service']);
  });
});

describe('limits', () => {
  test('in no minute are there more requests than a key takes', async () => {
    const opened = open([keyOf('a', { requestsPerMinute: 60 })]);
    const times: number[] = [];
    const all = Array.from({ length: 300 }, async () => {
      const way = await opened.take({ patienceMs: 1e9 });
      times.push(opened.clock.now());
      way.succeeded();
    });
    await opened.clock.pass(400_000);
    await Promise.all(all);
    for (const from of times) {
      expect(times.filter((time) => time >= from && time < from + 60_000).length).toBeLessThanOrEqual(60);
    }
    const [first = 0] = times;
    expect((times.at(-1) ?? 0) - first).toBeLessThan(5 * 61_000);
  });

  test('tokens are counted as they are guessed, and then as they really were', async () => {
    const { take, clock } = open([keyOf('a', { tokensPerMinute: 1_000 })]);
    const way = await take(); // 100 are guessed
    way.spent(950);
    way.succeeded();
    const waiting = take({ patienceMs: 70_000 });
    await clock.pass(59_000);
    expect(clock.waiting()).toBe(1);
    await clock.pass(2_000);
    expect((await waiting).key.id).toBe('a');
  });

  test('a request that is larger than the whole limit is let through when nothing else is', async () => {
    const { take, clock } = open([keyOf('a', { tokensPerMinute: 50 })]);
    (await take()).succeeded();
    const waiting = take({ patienceMs: 70_000 });
    await clock.pass(61_000);
    (await waiting).succeeded();
  });

  test('who waits is served in order', async () => {
    const { take, clock } = open([keyOf('a', { maxConcurrency: 1 })]);
    let held = await take();
    const order: number[] = [];
    const all = Array.from({ length: 5 }, async (_, at) => {
      const way = await take();
      order.push(at);
      held = way;
    });
    for (let at = 0; at < 5; at += 1) {
      await clock.pass(10);
      held.succeeded();
    }
    await clock.pass(10);
    await Promise.all(all);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  test('nobody waits for longer than was said, and an abort ends the wait at once', async () => {
    const { take, ways, clock } = open([keyOf('a', { maxConcurrency: 1 })]);
    await take();
    const late = failureOf(take({ patienceMs: 5_000 }));
    const abort = new AbortController();
    const aborted = failureOf((await ways()).next(abort.signal));
    const reason = new Error('the user went away');
    abort.abort(reason);
    expect(await aborted).toBe(reason);
    await clock.pass(5_000);
    expect(await late).toMatchObject({
      reason: 'rate-limited',
      message: 'openai:gpt-test: every key is in use, and none came free in 5 s.',
    });
    expect(clock.waiting()).toBe(0);
  });
});

describe('rests', () => {
  test('a key rests as long as its provider asks, and the others are asked meanwhile', async () => {
    const opened = open([keyOf('a'), keyOf('b')]);
    const first = await opened.take();
    expect(first.key.id).toBe('a');
    first.failed(limited(20_000));
    expect(stateOf(opened, 'a')).toBe('cooling');
    for (let at = 0; at < 10; at += 1) {
      const way = await opened.take();
      expect(way.key.id).toBe('b');
      way.succeeded();
    }
    await opened.clock.pass(20_000);
    expect(stateOf(opened, 'a')).toBe('half-open');
    const asked = new Set<string>();
    for (let at = 0; at < 10; at += 1) {
      const way = await opened.take();
      asked.add(way.key.id);
      way.succeeded();
    }
    expect(asked).toEqual(new Set(['a', 'b']));
    expect(opened.lines.join('')).toContain('a model key rests');
    expect(opened.lines.join('')).not.toContain('canary');
  });

  test('without a word of the provider rests double, and the longest is an hour', async () => {
    const opened = open([keyOf('a')]);
    const lengths: number[] = [];
    for (let at = 0; at < 8; at += 1) {
      const way = await opened.take({ patienceMs: 1e9 });
      way.failed(limited());
      const [desk] = opened.pool.known();
      lengths.push((desk?.health.freeAt ?? 0) - opened.clock.now());
      await opened.clock.pass(60_000);
    }
    expect(lengths).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    (await opened.take()).failed(limited(1e12));
    const [desk] = opened.pool.known();
    expect((desk?.health.freeAt ?? 0) - opened.clock.now()).toBe(3_600_000);
  });

  test('a storm of refusals is one rest, and a later one may prolong it', async () => {
    const opened = open([keyOf('a')]);
    const storm = await Promise.all(Array.from({ length: 200 }, () => opened.take()));
    const [desk] = opened.pool.known();
    const [first, second, ...others] = storm;
    first?.failed(limited(5_000));
    expect(desk?.health.freeAt).toBe(opened.clock.now() + 5_000);
    second?.failed(limited(9_000));
    for (const way of others) way.failed(limited());
    expect(desk?.health.freeAt).toBe(opened.clock.now() + 9_000);
    expect(opened.lines).toHaveLength(1);
  });

  test('all who waited do not come at once: one, then two, four, eight at a time', async () => {
    const opened = open([keyOf('a')]);
    (await opened.take()).failed(limited(10_000));
    const atOnce: number[] = [];
    const [desk] = opened.pool.known();
    const all = Array.from({ length: 200 }, async () => {
      const way = await opened.take({ patienceMs: 1e9 });
      atOnce.push(desk?.running ?? 0);
      await opened.clock.wait(100, new AbortController().signal);
      way.alive();
      await opened.clock.wait(10_000, new AbortController().signal);
      way.succeeded();
    });
    await opened.clock.pass(10_000);
    expect(atOnce).toHaveLength(1);
    await opened.clock.pass(100);
    expect(atOnce).toHaveLength(2);
    await opened.clock.pass(100);
    expect(atOnce).toHaveLength(4);
    await opened.clock.pass(30_000);
    await Promise.all(all);
    expect(stateOf(opened, 'a')).toBe('ready');
    expect(atOnce).toHaveLength(200);
  });

  test('when all rest, who asks waits for the soonest, or hears when it comes back', async () => {
    const opened = open([keyOf('a'), keyOf('b')]);
    (await opened.take()).failed(limited(40_000));
    (await opened.take()).failed(limited(90_000));
    expect(await failureOf(opened.take())).toMatchObject({
      reason: 'rate-limited',
      retryAfterMs: 40_000,
      message: 'openai:gpt-test: no key can be asked now. The first is free again in 40 s.',
    });
    await opened.clock.pass(15_000);
    const waiting = opened.take();
    await opened.clock.pass(25_000);
    expect((await waiting).key.id).toBe('a');
  });

  test('replicas do not come back at the same moment', async () => {
    let at = 0;
    const random = () => [0, 0.5, 0.99][at++ % 3] ?? 0;
    const lengths = await Promise.all(
      [1, 2, 3].map(async () => {
        const opened = open([keyOf('a')], movingClock(random));
        (await opened.take()).failed(limited(10_000));
        return (opened.pool.known()[0]?.health.freeAt ?? 0) - opened.clock.now();
      }),
    );
    expect(lengths).toEqual([10_000, 10_500, 10_990]);
  });

  test('a key that its provider refuses is taken out, told of once, and looked at again much later', async () => {
    const opened = open([keyOf('a'), keyOf('b')]);
    const [one, two] = [await opened.take(), await opened.take(), await opened.take()].filter(
      ({ key }) => key.id === 'a',
    );
    one?.failed(refused());
    two?.failed(refused());
    expect(stateOf(opened, 'a')).toBe('refused');
    expect(opened.lines.filter((line) => line.includes('refused by its provider'))).toHaveLength(1);
    await opened.clock.pass(599_000);
    for (let at = 0; at < 5; at += 1) expect((await opened.take()).key.id).toBe('b');
    await opened.clock.pass(1_000);
    const asked = [(await opened.take()).key.id, (await opened.take()).key.id];
    expect(asked).toContain('a');
  });

  test('when every key is refused it is said so', async () => {
    const opened = open([keyOf('a')]);
    (await opened.take()).failed(refused());
    expect(await failureOf(opened.take())).toMatchObject({
      reason: 'unavailable',
      message: 'openai:gpt-test: its provider refuses every key. Check them.',
    });
  });

  test('a used-up quota is no matter of seconds', async () => {
    const opened = open([keyOf('a')]);
    (await opened.take()).failed(failure({ kind: 'no-quota', mayPass: false }));
    expect(await failureOf(opened.take())).toMatchObject({ reason: 'rate-limited', retryAfterMs: 600_000 });
  });
});

describe('the circuit', () => {
  async function fail(opened: Opened, times: number): Promise<void> {
    for (let at = 0; at < times; at += 1) (await opened.take()).failed(failure());
  }

  test('opens after five failures in a row, and one probe closes it', async () => {
    const opened = open([keyOf('a')]);
    await fail(opened, 4);
    expect(stateOf(opened, 'a')).toBe('ready');
    await fail(opened, 1);
    expect(stateOf(opened, 'a')).toBe('open');
    await opened.clock.pass(10_000);
    const probe = await opened.take();
    const others = [opened.take(), opened.take()];
    expect(opened.pool.known()[0]?.running).toBe(1);
    probe.alive();
    probe.succeeded();
    for (const way of await Promise.all(others)) way.succeeded();
    expect(opened.pool.known()[0]?.running).toBe(0);
    await fail(opened, 1);
    expect(stateOf(opened, 'a')).not.toBe('open');
  });

  test('stays open for twice as long each time the probe fails', async () => {
    const opened = open([keyOf('a')]);
    await fail(opened, 5);
    const lengths: number[] = [];
    for (let at = 0; at < 5; at += 1) {
      const [desk] = opened.pool.known();
      lengths.push((desk?.health.freeAt ?? 0) - opened.clock.now());
      await opened.clock.pass(lengths.at(-1) ?? 0);
      await fail(opened, 1);
    }
    expect(lengths).toEqual([10_000, 20_000, 40_000, 80_000, 120_000]);
  });

  test('a probe whose asker went away makes room for another one', async () => {
    const opened = open([keyOf('a')]);
    await fail(opened, 5);
    await opened.clock.pass(10_000);
    const probe = await opened.take();
    const waiting = opened.take();
    probe.cancelled();
    (await waiting).succeeded();
  });

  test('successes in between, and requests that are at fault themselves, keep it closed', async () => {
    const opened = open([keyOf('a')]);
    for (let at = 0; at < 5; at += 1) {
      await fail(opened, 4);
      const way = await opened.take();
      if (at % 2) way.succeeded();
      else way.failed(failure({ error: new ModelError('rejected', 'No.'), mayPass: false }));
    }
    expect(stateOf(opened, 'a')).toBe('ready');
  });

  test('a key that failed lately is asked last', async () => {
    const opened = open([keyOf('a'), keyOf('b')]);
    const first = await opened.take();
    first.failed(failure());
    for (let at = 0; at < 3; at += 1) {
      const way = await opened.take();
      expect(way.key.id).not.toBe(first.key.id);
      way.succeeded();
    }
    await opened.clock.pass(1_000);
    const asked = [await opened.take(), await opened.take()].map(({ key }) => key.id);
    expect(asked).toContain(first.key.id);
  });
});

test('a failure has the key in none of its texts', async () => {
  const { take } = open([keyOf('a')]);
  const way = await take();
  const inner = new Error('connect to https://user:sk-a-canary@host/ failed');
  const cause = Object.assign(new Error('401 Incorrect API key: sk-a-canary', { cause: inner }), {
    status: 401,
    headers: { authorization: 'Bearer sk-a-canary' },
    error: { message: 'sk-a-canary' },
  });
  const { error } = way.failed(
    failure({ error: new ModelError('rejected', 'No.', { cause }), kind: 'refused' }),
  );
  const told = JSON.stringify([error, error.cause], (_, value) =>
    value instanceof Error
      ? { ...value, message: value.message, stack: value.stack, cause: value.cause }
      : value,
  );
  expect(told).toContain('Incorrect API key: [key]');
  expect(told).toContain('"status":401');
  expect(told).not.toContain('canary');
});
