import type { Failure } from '../to-model-error.ts';
import type { Clock } from '../with-retries.ts';

/**
 * How a key fares. `ready`; `cooling`: its provider asked for less, or its quota is used up; `open`: it failed again and again;
 * `half-open`: one request shows whether it works again, then more and more; `refused`: its provider does not take it.
 */
export type KeyState = 'ready' | 'cooling' | 'open' | 'half-open' | 'refused';

export interface KeyHealth {
  state(now: number): KeyState;
  /** When it may be asked again, once it rests; 0 before that. */
  freeAt: number;
  /** How many requests at once it is trusted with. */
  trusted: number;
  /** Failed lately: others are asked rather than this one, as long as there are others. */
  restsUntil: number;
  /** Counts up with each rest: what was asked before says nothing about what is after. */
  period: number;
  /** An answer begins, or all of it is there. */
  answered(period: number): void;
  succeeded(period: number): void;
  failed(failure: Failure, period: number): void;
  /** Somebody has reason to think that it works again: the rest is over, and one request shows whether that is so. */
  lookAgain(): void;
}

const failuresInARow = 5;
/** Of the first rest; each that follows one that did not help is twice as long. */
const rest = { limitedMs: 1_000, limitedMostMs: 60_000, openMs: 10_000, openMostMs: 120_000 };
/** Until it is looked at whether somebody filled up the account, or mended the key. */
const longRestMs = 600_000;
/** A provider that asks for more is asked again sooner. */
const longestAskedMs = 3_600_000;
/** From here on a key that came back is trusted with any number. */
const fullTrust = 64;

/**
 * Watches one key: a circuit breaker (Michael Nygard, "Release It!", 2007) whose rests are as long as the provider asks, and
 * which lets requests in again one, two, four at a time, so that all who wait do not come at once.
 *
 * `onChange` hears of each new state but that it is ready again.
 */
export function watchHealth(
  clock: Pick<Clock, 'now' | 'random'>,
  onChange: (state: KeyState, forMs: number) => void = () => undefined,
): KeyHealth {
  let resting: 'cooling' | 'open' | 'refused' | undefined;
  let failures = 0;
  let rests = 0;
  const health: KeyHealth = {
    freeAt: 0,
    trusted: Number.POSITIVE_INFINITY,
    restsUntil: 0,
    period: 0,
    state(now) {
      if (!resting) return 'ready';
      return now < health.freeAt ? resting : 'half-open';
    },
    answered(period) {
      if (period !== health.period || !resting) return;
      health.trusted *= 2;
      if (health.trusted < fullTrust) return;
      resting = undefined;
      rests = 0;
      health.trusted = Number.POSITIVE_INFINITY;
    },
    succeeded(period) {
      if (period !== health.period) return;
      failures = 0;
      health.restsUntil = 0;
    },
    failed(failure, period) {
      const late = period !== health.period;
      const { kind, mayPass } = failure;
      if (kind === 'refused' || kind === 'no-quota') return shut(kind, late);
      const askedMs = askedBy(failure);
      if (late) return prolong(askedMs ?? 0);
      if (!mayPass) return worked(period);
      if (kind === 'limited' || askedMs !== undefined) {
        return begin('cooling', askedMs ?? growing(rest.limitedMs, rest.limitedMostMs));
      }
      countFailure();
    },
    lookAgain() {
      health.freeAt = Math.min(health.freeAt, clock.now());
    },
  };
  return health;

  /** The request is at fault, and was answered. */
  function worked(period: number): void {
    health.answered(period);
    health.succeeded(period);
  }

  /** What waiting does not mend. Who was asked before the rest began says the same once more. */
  function shut(kind: 'refused' | 'no-quota', late: boolean): void {
    const why = kind === 'refused' ? 'refused' : 'cooling';
    if (!late || resting !== why) begin(why, longRestMs);
  }

  /** The first request after a rest is the probe: when it fails, the rest goes on. */
  function countFailure(): void {
    failures += 1;
    const probe = resting !== undefined && health.trusted === 1;
    if (probe || failures >= failuresInARow) begin('open', growing(rest.openMs, rest.openMostMs));
    else health.restsUntil = clock.now() + rest.limitedMs * 2 ** (failures - 1);
  }

  function growing(firstMs: number, mostMs: number): number {
    return Math.min(firstMs * 2 ** rests, mostMs);
  }

  function begin(why: 'cooling' | 'open' | 'refused', milliseconds: number): void {
    const forMs = Math.round(milliseconds + clock.random() * Math.min(milliseconds / 10, 2_000)); // replicas come back one by one
    resting = why;
    rests += 1;
    health.freeAt = clock.now() + forMs;
    health.trusted = 1;
    health.period += 1;
    onChange(why, forMs);
  }

  /** Who was asked before the rest began may still say that it is to be longer. */
  function prolong(milliseconds: number): void {
    if (resting) health.freeAt = Math.max(health.freeAt, clock.now() + milliseconds);
  }
}

function askedBy({ retryAfterMs }: Failure): number | undefined {
  return retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, longestAskedMs);
}
