import type { Clock } from '../with-retries.ts';
import { chooseKey } from './choose-key.ts';
import type { KeyDesk, KeyUse } from './key-desk.ts';

/** What a request wants of the keys that could serve it. */
export interface Wish {
  /** Who wants of the same keys waits in the same lane: first come, first served. */
  lane: string;
  desks: readonly KeyDesk[];
  tokens: number;
  /** Asked by this request before: the others come first. */
  tried: ReadonlySet<KeyDesk>;
  /** How long it may wait. */
  patienceMs: number;
}

export interface KeyTaken {
  desk: KeyDesk;
  use: KeyUse;
}

export interface KeyQueue {
  /**
   * The key to ask now, or as soon as one is free. Rejects with a `NoKeyInTimeError`, at once where it can be seen that none
   * will be; or with the signal's reason.
   */
  take(wish: Wish, signal: AbortSignal): Promise<KeyTaken>;
  /** A request ended: somebody may go on. */
  freed(): void;
}

export class NoKeyInTimeError extends Error {
  override name = 'NoKeyInTimeError';
  /** How long until one is free again; undefined where that depends on other requests. */
  readonly freeInMs: number | undefined;

  constructor(freeInMs: number | undefined) {
    super('No key is free in time.');
    this.freeInMs = freeInMs;
  }
}

interface Waiting extends Wish {
  until: number;
  got(taken: KeyTaken): void;
  failed(reason: unknown): void;
}

/** Lets requests of this process wait for keys. */
export function openKeyQueue(clock: Clock): KeyQueue {
  const waiting: Waiting[] = [];
  let alarm: AbortController | undefined;
  return {
    take: (wish, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const leave = () => {
          waiting.splice(waiting.indexOf(one), 1);
          reject(signal.reason);
        };
        const settle = () => signal.removeEventListener('abort', leave);
        const one: Waiting = {
          ...wish,
          until: clock.now() + wish.patienceMs,
          got(taken) {
            settle();
            resolve(taken);
          },
          failed(reason) {
            settle();
            reject(reason);
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        waiting.push(one);
        serve();
      }),
    freed: serve,
  };

  /** Gives out what is free, in order; who would wait in vain hears so. */
  function serve(): void {
    const now = clock.now();
    const held = new Set<string>();
    const later = waiting.splice(0).filter((one) => {
      const desk = held.has(one.lane) ? undefined : pick(one, now);
      if (desk) one.got({ desk, use: desk.begin(now, one.tokens) });
      else held.add(one.lane);
      return !desk && !isInVain(one, now);
    });
    waiting.push(...later);
    wakeAt(Math.min(...later.map((one) => nextLook(one, now))), now);
  }

  function wakeAt(time: number, now: number): void {
    alarm?.abort();
    alarm = undefined;
    if (!Number.isFinite(time)) return;
    const current = new AbortController();
    alarm = current;
    clock.wait(time - now, current.signal).then(
      () => {
        if (!current.signal.aborted) serve();
      },
      () => undefined, // another alarm was set
    );
  }
}

/** Tells who waits when no key will be free in time. A key that is in use may be free at any moment. */
function isInVain(one: Waiting, now: number): boolean {
  const times = one.desks.map((desk) => desk.freeAt(now, one.tokens));
  if (now < one.until && times.some((time) => time <= one.until || !Number.isFinite(time))) return false;
  const soonest = Math.min(...times);
  one.failed(new NoKeyInTimeError(Number.isFinite(soonest) ? Math.max(0, soonest - now) : undefined));
  return true;
}

/** When to look again for somebody, if nothing happens before. */
function nextLook({ desks, tokens, until }: Waiting, now: number): number {
  const times = desks.map((desk) => desk.freeAt(now, tokens)).filter((time) => time > now);
  return Math.min(until, ...times);
}

/** Untried keys before tried ones, the tenant's own before the service's, those that did not fail lately before the others. */
function pick({ desks, tokens, tried }: Wish, now: number): KeyDesk | undefined {
  const free = desks.filter((desk) => desk.freeAt(now, tokens) <= now);
  const ranks = free.map((desk) => rankOf(desk, now, tried));
  const best = Math.min(...ranks);
  return chooseKey(free.filter((_, at) => ranks[at] === best));
}

function rankOf(desk: KeyDesk, now: number, tried: ReadonlySet<KeyDesk>): number {
  const { key, health } = desk;
  return (tried.has(desk) ? 4 : 0) + (key.tenant === null ? 2 : 0) + (now < health.restsUntil ? 1 : 0);
}
