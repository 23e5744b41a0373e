import { z } from 'zod';

export const text = z.string().regex(/\S/, 'expected a text, found an empty one');
export const texts = oneOrMany(text, 'a text');
export const count = z.number().int('expected a whole number').positive('expected a number above 0');
export const share = z.number().min(0, 'expected 0 to 1').max(1, 'expected 0 to 1');
export const values = z.record(z.string(), z.json(), 'expected a map');

/** For what is checked of a value as a whole: it is checked where nothing is wrong within it. */
export function whole(message: string, path: PropertyKey[] = []) {
  return { message, path, when: ({ issues }: { issues: unknown[] }) => issues.length === 0 };
}

/** One thing, or a list of at least one; `noun` as in `a text`. */
export function oneOrMany<Item extends z.ZodType>(item: Item, noun: string) {
  const several = z.array(item).min(1, `expected ${noun} or a list of them, found an empty list`);
  return z.union([several, item], `expected ${noun} or a list of them`);
}

/** The list that `oneOrMany` may stand for; none where there is nothing. */
export function listed<Item>(given: Item | Item[] | undefined): Item[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given : [given];
}

/** The same without keys that hold nothing. */
export function present<Value extends object>(
  value: Value,
): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  const kept = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(kept) as { [Key in keyof Value]: Exclude<Value[Key], undefined> }; // only such keys are gone
}
