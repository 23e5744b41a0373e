/**
 * How far two raters agree beyond what their habits alone would bring about: 1 where they always do, 0 where no more often than by chance, below
 * that where less. Null of no pairs, and where both always say the same one thing: then there is no chance to tell agreement from habit.
 *
 * Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20, 1960.
 */
export function cohenKappa(pairs: readonly (readonly [one: string, other: string])[]): number | null {
  const count = pairs.length;
  const agreed = pairs.filter(([one, other]) => one === other).length / count;
  const ones = countEach(pairs.map(([one]) => one));
  const others = countEach(pairs.map(([, other]) => other));
  let expected = 0;
  for (const [label, times] of ones) expected += (times / count) * ((others.get(label) ?? 0) / count);
  return count === 0 || expected === 1 ? null : (agreed - expected) / (1 - expected);
}

function countEach(labels: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
