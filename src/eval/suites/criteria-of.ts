import { type KnownCriteria, knownCriteria } from '../judges/known-criteria.ts';

/** The known criteria of a name; undefined where the text is criteria of the suite's own. */
export function criteriaOf(text: string): KnownCriteria | undefined {
  const known: Record<string, KnownCriteria> = knownCriteria;
  return Object.hasOwn(known, text) ? known[text] : undefined;
}
