import type { Table } from './read-tables.ts';

/** A way to change copied tables, which keeps their keys and references. */
export interface Perturbation {
  /** What is so in the copy then, in words that go after "with" or "where". */
  what: string;
  /** To be run one after the other on copies as they were made. */
  statements: string[];
  /** Of those that any statement is tried on, whatever mistakes they are known to show. */
  general?: true;
  /** It makes more rows count, so that others have something to change. */
  ground?: true;
}

/** Whether the column names rows, alone or with others, or refers to other rows: then it cannot be set to just anything. */
export function isBound({ keys, refs }: Table, column: string): boolean {
  return [...keys, ...refs.map(({ columns }) => columns)].some((set) => set.includes(column));
}

/** Whether the column alone is unique. */
export function isUnique({ keys }: Table, column: string): boolean {
  return keys.some((key) => key.length === 1 && key[0] === column);
}
