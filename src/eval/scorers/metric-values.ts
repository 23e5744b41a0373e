import type { Attempt } from '../suite-run.ts';

/**
 * What can be compared of an attempt: by scorer the mean of its values over the turns, and its measures: `firstTokenMs` as the mean of its
 * turns, and as sums over them `milliseconds`, `tokens`, `dollars`, `modelCalls` and `hops`, and where paths were scored `wasted` and `loops`. A mean is of the turns that have a value; a sum of
 * which a part is not known is left out.
 */
export function metricsOf({ scores, transcript }: Attempt): Record<string, number> {
  const byScorer = Map.groupBy(scores.flat(), ({ scorer }) => scorer);
  const measures = transcript.turns.map((turn) => turn.measures);
  const entries: [string, number | null][] = [
    ...[...byScorer].map(([name, of]): [string, number | null] => [name, mean(of.map(({ value }) => value))]),
    ...sums.map((name): [string, number | null] => [name, sum(measures.map((of) => of[name]))]),
    ['firstTokenMs', mean(measures.map(({ firstTokenMs }) => firstTokenMs))],
    ...detours.map((name): [string, number | null] => [name, sum(pathFigures(scores, name))]),
  ];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== null));
}

const detours = ['wasted', 'loops'] as const;

/** What `scorePath` writes beside its scores. */
function pathFigures(scores: Attempt['scores'], name: (typeof detours)[number]): number[] {
  return scores.flat().flatMap(({ scorer, details }) => {
    if (scorer !== 'path' || details === null || typeof details !== 'object' || Array.isArray(details))
      return [];
    const value = details[name];
    return typeof value === 'number' ? [value] : [];
  });
}

const sums = ['milliseconds', 'tokens', 'dollars', 'modelCalls', 'hops'] as const;

/** Of what is known; null where nothing is. */
function mean(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0) / known.length;
}

/** Null where a part is not known. */
function sum(values: (number | null)[]): number | null {
  if (values.length === 0) return null;
  return values.reduce<number | null>(
    (total, value) => (total === null || value === null ? null : total + value),
    0,
  );
}
