import { percent } from './show-numbers.ts';
import type { SuiteRow } from './suite-rows.ts';

/** How steadily a suite's cases pass, in a sentence a suite that was asked more than once: `films, asked 3 times: pass@1 80 %, pass@3 92 %, pass^3 71 %`. */
export function tellRepeats(rows: readonly SuiteRow[]): string[] {
  return rows.flatMap(({ suite, repeats }) => {
    const [once, last] = [repeats[0], repeats.at(-1)];
    if (!once || !last) return [];
    const { k } = last;
    return [
      `${suite}, asked ${k} times: pass@1 ${percent(once.any)}, pass@${k} ${percent(last.any)}, pass^${k} ${percent(last.all)}`,
    ];
  });
}
