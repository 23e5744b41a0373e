import { printable } from '../../printable.ts';
import type { Attempt } from '../suite-run.ts';
import { duration } from './show-numbers.ts';
import { shorten } from './text-width.ts';

/** What tells how far a run is. */
export interface Live {
  /** Another attempt is over. */
  attempt(suite: string, id: string, attempt: Pick<Attempt, 'outcome'>): void;
  /** Nothing more comes: no bar stays behind. */
  stop(): void;
}

export interface LiveOptions {
  /** Attempts that there will be, of all suites. */
  total: number;
  /** Milliseconds, from whatever start. */
  now?: () => number;
}

/** Drawn at most so often, in milliseconds. */
const drawEvery = 100;
const barWidth = 20;
/** Where there is no terminal, a line each time so much more is done, in percent. */
const tellEvery = 10;

/**
 * Shows a run as it goes. On a terminal a bar that is drawn over itself: how many attempts are done, failed and errored, how long the rest may
 * take, and the case that was done last; elsewhere a line for every tenth of the run.
 */
export function showLive(
  output: NodeJS.WritableStream & { isTTY?: boolean; columns?: number },
  { total, now = () => performance.now() }: LiveOptions,
): Live {
  const terminal = output.isTTY === true;
  const began = now();
  const counts = { passed: 0, failed: 0, errored: 0, stale: 0 };
  let [done, told, drawnAt] = [0, 0, Number.NEGATIVE_INFINITY];

  function draw(last: string): void {
    if (now() - drawnAt < drawEvery && done < total) return;
    drawnAt = now();
    const left = duration(Math.max(0, ((now() - began) / done) * (total - done)));
    const line = `${bar(done / total)} ${done}/${total}${tell(counts)} · ${left} left · ${printable(last)}`;
    output.write(`\r\u001b[K${shorten(line, (output.columns ?? 80) - 1)}`);
  }

  function write(): void {
    const part = Math.floor((done / total) * 100);
    if (part < told + tellEvery && done < total) return;
    told = part - (part % tellEvery);
    output.write(`${part} %  ${done}/${total}${tell(counts)} · ${duration(now() - began)}\n`);
  }

  return {
    attempt(suite, id, { outcome }) {
      done += 1;
      counts[outcome] += 1;
      if (terminal) draw(`${suite} ${id}`);
      else write();
    },
    stop() {
      if (terminal) output.write('\r\u001b[K');
    },
  };
}

function bar(share: number): string {
  const filled = Math.min(barWidth, Math.round(share * barWidth));
  return '█'.repeat(filled) + '░'.repeat(barWidth - filled);
}

function tell({ failed, errored, stale }: Record<Attempt['outcome'], number>): string {
  const parts = [`${failed} failed`, errored > 0 && `${errored} errored`, stale > 0 && `${stale} stale`];
  return parts.flatMap((part) => (part ? [` · ${part}`] : [])).join('');
}
