import type { Failure } from '../to-model-error.ts';
import type { Clock } from '../with-retries.ts';
import { type KeyHealth, type KeyState, watchHealth } from './key-health.ts';
import type { ModelKey } from './model-key.ts';
import { openRateWindow, type RateWindow } from './rate-window.ts';

/** A key in use by this process: who asks it now, what it was asked lately, and how it fares. */
export interface KeyDesk {
  readonly key: ModelKey;
  readonly health: KeyHealth;
  /** Requests under way. */
  running: number;
  /** Since this process began to use it. */
  readonly counts: { requests: number; failures: number; tokens: number };
  /** For choosing by weight: see `chooseKey`. */
  turn: number;
  state(now: number): KeyState | 'disabled' | 'unreadable';
  /** When it takes one more request: `now` or later; infinite when that depends on who asks it now. */
  freeAt(now: number, tokens: number): number;
  begin(now: number, tokens: number): KeyUse;
}

/** One request with a key. */
export interface KeyUse {
  /** The answer begins. To be called with each sign of life. */
  alive(): void;
  /** What it really cost. */
  spent(tokens: number): void;
  /** It is over: without a failure it succeeded; `cancelled` says nothing about the key. To be called once. */
  end(failure?: Failure | 'cancelled'): void;
}

export function openDesk(
  key: ModelKey,
  clock: Clock,
  onChange: (state: KeyState, forMs: number) => void,
): KeyDesk {
  const { maxConcurrency, requestsPerMinute, tokensPerMinute } = key.limits;
  const health = watchHealth(clock, onChange);
  const requests = openWindow(requestsPerMinute);
  const tokenWindow = openWindow(tokensPerMinute);
  const counts = { requests: 0, failures: 0, tokens: 0 };
  /** Of the running ones, those since the last rest. */
  let trusted = 0;

  const desk: KeyDesk = {
    key,
    health,
    running: 0,
    counts,
    turn: 0,
    state(now) {
      if (key.unreadable) return 'unreadable';
      return key.disabled ? 'disabled' : health.state(now);
    },
    freeAt(now, tokens) {
      if (key.disabled) return Number.POSITIVE_INFINITY;
      if (now < health.freeAt) return health.freeAt;
      if (desk.running >= (maxConcurrency ?? Number.POSITIVE_INFINITY) || trusted >= health.trusted) {
        return Number.POSITIVE_INFINITY;
      }
      return Math.max(requests?.freeAt(now, 1) ?? now, tokenWindow?.freeAt(now, tokens) ?? now);
    },
    begin(now, tokens) {
      const { period } = health;
      desk.running += 1;
      trusted += 1;
      counts.requests += 1;
      requests?.use(now, 1);
      tokenWindow?.use(now, tokens);
      let seen = false;
      const answered = () => {
        if (!seen) health.answered(period);
        seen = true;
      };
      return {
        alive: answered,
        spent(real) {
          counts.tokens += real;
          if (real > tokens) tokenWindow?.use(clock.now(), real - tokens);
        },
        end(failure) {
          desk.running -= 1;
          if (period === health.period) trusted -= 1;
          if (failure === 'cancelled') return;
          const before = health.period;
          if (failure) {
            counts.failures += 1;
            health.failed(failure, period);
          } else {
            answered();
            health.succeeded(period);
          }
          if (health.period !== before) trusted = 0;
        },
      };
    },
  };
  return desk;
}

function openWindow(limit: number | null): RateWindow | undefined {
  return limit === null ? undefined : openRateWindow(limit);
}
