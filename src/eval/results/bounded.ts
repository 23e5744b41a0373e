import { z } from 'zod';

/** A text of a report: what is longer was not said by a model or written by a person. In UTF-16 units. */
export const text = z.string().max(500_000, 'expected 500,000 characters at most');

/** What something is called, by whoever wrote it; it may be empty. */
export const name = z.string().max(2_000, 'expected 2,000 characters at most');

export function list<Item extends z.ZodType>(item: Item, most: number): z.ZodArray<Item> {
  return z.array(item).max(most, `expected ${most.toLocaleString('en')} at most`);
}

/** What a report may be nested: deeper JSON is more than a schema can walk through. */
const deepest = 100;

/** JSON that is nested no deeper than a report may be. */
export const shallow = z.unknown().refine((value) => !isDeeper(value, deepest), {
  error: `is nested more than ${deepest} levels deep`,
  abort: true,
});

/** By level and not by calling itself, since what is nested that deep has no room on the stack. */
function isDeeper(value: unknown, most: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null
        ? Object.values(one).filter((inner) => typeof inner === 'object')
        : [],
    );
  }
  return false;
}
