import type { Logger } from '../../log.ts';
import { ModelError } from '../chat-model.ts';
import { type Clock, systemClock, type Way, type Ways } from '../with-retries.ts';
import { conceal } from './conceal.ts';
import { type KeyDesk, type KeyUse, openDesk } from './key-desk.ts';
import type { KeyState } from './key-health.ts';
import { type KeyQueue, NoKeyInTimeError, openKeyQueue } from './key-queue.ts';
import type { KeySources } from './key-sources.ts';
import type { ModelKey } from './model-key.ts';

/** What a request needs a key for. */
export interface Need {
  /** On whose behalf; null: the service's. */
  tenant: string | null;
  provider: string;
  model: string;
  /** The model, as people know it. */
  name: string;
  /** About how many tokens it will cost. Asked only where a key has a limit on them. */
  tokens: () => number;
  /** How long it may wait for a key, in milliseconds. */
  patienceMs: number;
}

/** A key that a request goes with. */
export interface KeyWay extends Way {
  readonly key: ModelKey;
  /** What the request really cost. */
  spent(tokens: number): void;
}

export interface KeyPool {
  /** Rejects with a `ModelError` when no key can serve the need, and as the database does. */
  waysTo(need: Need): Promise<Ways<KeyWay>>;
  /** The desk of a key that this process knows. */
  deskOf(key: ModelKey): KeyDesk;
  known(): readonly KeyDesk[];
  now(): number;
}

export interface PoolOptions {
  log: Logger;
  clock?: Clock;
  /** Hears of each key that rests. */
  onRest?: (key: ModelKey, state: KeyState) => void;
  /** Hears how long requests waited for a key, in milliseconds. */
  onWait?: (provider: string, milliseconds: number) => void;
}

/**
 * The keys of providers, of all who use this process. What keys are asked, and how they fare, is counted in this process alone: limits
 * of a key hold for each process by itself.
 */
export function openKeyPool(sources: KeySources, options: PoolOptions): KeyPool {
  const { clock = systemClock, log, onRest, onWait } = options;
  const desks = new WeakMap<ModelKey, KeyDesk>();
  const queue = openKeyQueue(clock);
  const deskOf = (key: ModelKey) => {
    const desk = desks.get(key) ?? openDesk(key, clock, (state, forMs) => report(key, state, forMs));
    desks.set(key, desk);
    return desk;
  };
  const report = (key: ModelKey, state: KeyState, forMs: number) => {
    onRest?.(key, state);
    const about = { modelKey: key.id, provider: key.provider, owner: key.tenant, forSeconds: forMs / 1000 };
    if (state === 'refused') log.error(about, 'a model key is refused by its provider');
    else log.warn({ ...about, state }, 'a model key rests');
  };
  return {
    deskOf,
    known: () => sources.known().map(deskOf),
    now: () => clock.now(),
    async waysTo(need) {
      const serving = (await sources.keysFor(need.tenant)).filter((key) => serves(key, need));
      const usable = serving.filter(({ disabled }) => !disabled).map(deskOf);
      if (usable.length === 0) throw new ModelError('unavailable', noKeyText(need, serving.length));
      return openWays(usable, need, { queue, clock, onWait });
    },
  };
}

function serves({ provider, limits }: ModelKey, need: Need): boolean {
  return provider === need.provider && (limits.models.length === 0 || limits.models.includes(need.model));
}

function noKeyText({ name, tenant }: Need, disabled: number): string {
  if (disabled > 0) return `${name}: every key for it is disabled.`;
  return `${name}: there is no key for it${tenant === null ? '' : ' that this tenant may use'}.`;
}

interface PoolParts {
  queue: KeyQueue;
  clock: Clock;
  onWait: PoolOptions['onWait'];
}

function openWays(desks: readonly KeyDesk[], need: Need, { queue, clock, onWait }: PoolParts): Ways<KeyWay> {
  const tried = new Set<KeyDesk>();
  const counts = desks.some(({ key }) => key.limits.tokensPerMinute !== null);
  const tokens = counts ? need.tokens() : 0;
  const { tenant, provider, model, patienceMs } = need;
  const lane = JSON.stringify([tenant, provider, model]);
  return {
    async next(signal) {
      const began = clock.now();
      try {
        const { desk, use } = await queue.take({ lane, desks, tokens, tried, patienceMs }, signal);
        tried.add(desk);
        return wayOf(desk, use, queue);
      } catch (error) {
        throw error instanceof NoKeyInTimeError ? noneInTime(desks, need, error, clock.now()) : error;
      } finally {
        onWait?.(provider, clock.now() - began);
      }
    },
    after() {
      const now = clock.now();
      const free = desks.filter((desk) => desk.freeAt(now, tokens) <= now);
      if (free.some((desk) => !tried.has(desk))) return 'elsewhere';
      return free.length > 0 ? 'again' : 'next';
    },
  };
}

function wayOf({ key }: KeyDesk, use: KeyUse, queue: KeyQueue): KeyWay {
  let seen = false;
  return {
    key,
    alive() {
      if (seen) return;
      seen = true;
      use.alive();
      queue.freed(); // a key that came back is trusted with more
    },
    spent: (tokens) => use.spent(tokens),
    succeeded() {
      use.end();
      queue.freed();
    },
    cancelled() {
      use.end('cancelled');
      queue.freed();
    },
    failed(failure) {
      use.end(failure);
      queue.freed();
      return conceal(failure, key.secret);
    },
  };
}

/** What is told when all keys of a model rest, or are in use. */
function noneInTime(
  desks: readonly KeyDesk[],
  { name, patienceMs }: Need,
  { freeInMs }: NoKeyInTimeError,
  now: number,
): ModelError {
  const states = new Set(desks.map((desk) => desk.state(now)));
  if (states.size === 1 && states.has('refused')) {
    return new ModelError('unavailable', `${name}: its provider refuses every key. Check them.`);
  }
  if (freeInMs === undefined) {
    const waited = Math.round(patienceMs / 1000);
    return new ModelError('rate-limited', `${name}: every key is in use, and none came free in ${waited} s.`);
  }
  const seconds = Math.max(1, Math.ceil(freeInMs / 1000));
  const reason = states.has('cooling') || states.has('ready') ? 'rate-limited' : 'unavailable';
  return new ModelError(
    reason,
    `${name}: no key can be asked now. The first is free again in ${seconds} s.`,
    {
      retryAfterMs: freeInMs,
    },
  );
}
