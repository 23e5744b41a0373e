import type { CaseChange, HopChange } from '../comparison.ts';
import { percent } from './show-numbers.ts';

/** `triage → sql became triage → search`. `telling` says in which turn. */
export function showHop({ turn, from, before, after }: HopChange, telling = false): string {
  const way = (to: string | null) => (to === null ? `${from} ends` : `${from} → ${to}`);
  return `${telling ? `turn ${turn + 1}: ` : ''}${way(before)} became ${way(after)}`;
}

/** `100 % → 0 %`. */
export function shareChange({ before, after }: Pick<CaseChange, 'before' | 'after'>): string {
  return `${before === null ? 'unknown' : percent(before)} → ${percent(after)}`;
}
