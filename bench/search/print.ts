import type { Bar } from './bars.ts';
import type { Grown } from './library.ts';
import type { Measured } from './measure.ts';

export function printSize({ passages, embedMs, kept, questions, searches }: Grown & Measured): void {
  say(`\n${passages.toLocaleString('en')} chunks, ${questions} questions`);
  for (const [name, { keepMs, indexSeconds, megabytes }] of Object.entries(kept)) {
    const sizes = Object.entries(megabytes).map(([what, size]) => `${what} ${size}`);
    say(
      `${name}: ${keepMs.toFixed(1)} ms to keep a chunk, ${embedMs.toFixed(1)} to embed it; index ${indexSeconds.toFixed(1)} s; MB: ${sizes.join(', ')}`,
    );
  }
  row('', '', ['p50 ms', 'p95 ms', 'hit@1', 'recall@5', 'MRR@10', 'nDCG@10', 'of nearest 10']);
  for (const { where, how, ms, quality, recall } of searches)
    row(where, how, [
      ms.p50.toFixed(1),
      ms.p95.toFixed(1),
      ...(['hit@1', 'recall@5', 'mrr@10', 'ndcg@10'] as const).map((figure) => share(quality?.[figure])),
      share(recall),
    ]);
}

export function printBars(bars: readonly Bar[]): void {
  if (bars.length > 0) say('\nThe hybrid has to be better than BM25:');
  for (const { where, figure, hybrid, bar, isMet } of bars)
    say(
      `${where.padEnd(10)}${figure.padEnd(10)}${share(hybrid)} > ${share(bar)}  ${isMet ? 'met' : 'MISSED'}`,
    );
}

function row(where: string, how: string, cells: string[]): void {
  say(`${where.padEnd(10)}${how.padEnd(31)}${cells.map((cell) => cell.padStart(9)).join('')}`);
}

function share(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(4);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
