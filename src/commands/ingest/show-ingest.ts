import { printable } from '../../printable.ts';
import type { IngestShow, Outcome } from './ingest-options.ts';

/** Drawn at most so often, in milliseconds. */
const drawEvery = 100;
const barWidth = 24;

/**
 * Shows documents as they are brought: on a terminal as a bar that is drawn over itself, elsewhere one line a document. `stop` leaves
 * no bar behind.
 */
export function showIngest(
  output: NodeJS.WritableStream & { isTTY?: boolean; columns?: number },
): IngestShow & { stop(): void } {
  const terminal = output.isTTY === true;
  const began = performance.now();
  const current = new Map<string, string>();
  let [documents, chunks, done] = [0, 0, 0];
  let drawnAt = Number.NEGATIVE_INFINITY;

  function draw(): void {
    if (!terminal || performance.now() - drawnAt < drawEvery) return;
    drawnAt = performance.now();
    const rate = done / Math.max(0.1, (performance.now() - began) / 1_000);
    const [name = '', stage = ''] = [...current].at(-1) ?? [];
    const counts = documents > 0 ? `${bar(done / documents)} ${done}/${documents}` : `${done}`;
    const line = `${counts} documents · ${chunks} chunks · ${rate.toFixed(1)}/s · ${printable(name)}${stage}`;
    output.write(`\r\u001b[K${line.slice(0, (output.columns ?? 80) - 1)}`);
  }

  return {
    total(count) {
      documents = count;
    },
    begin(name) {
      current.set(name, '');
      draw();
    },
    progress(name, part, total) {
      current.delete(name);
      current.set(name, total > 0 ? ` ${part}/${total}` : '');
      draw();
    },
    end(name, outcome, told) {
      current.delete(name);
      if (outcome !== 'pruned' && outcome !== 'skipped') done++;
      chunks += outcome === 'added' || outcome === 'changed' ? (told.chunks ?? 0) : 0;
      if (!terminal) output.write(lineOf(name, outcome, told));
      draw();
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

function lineOf(name: string, outcome: Outcome, { why, chunks }: { why?: string; chunks?: number }): string {
  const more =
    why !== undefined ? `: ${printable(why)}` : chunks !== undefined ? `  ${count(chunks, 'chunk')}` : '';
  return `${outcome.padEnd(9)}  ${printable(name)}${more}\n`;
}

/** `1 chunk`, `2 chunks`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
