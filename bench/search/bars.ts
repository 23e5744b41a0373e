import type { Quality } from './figures.ts';
import type { Search } from './measure.ts';

export interface Bar {
  where: string;
  figure: keyof Quality;
  hybrid: number;
  /** What it has to be above. */
  bar: number;
  isMet: boolean;
}

/** What BM25 is known to reach on all questions, without titles. */
const known = { 'hit@1': 0.745, 'recall@5': 0.915, 'mrr@10': 0.822 } as const;

/** The hybrid has to be better than BM25 in the same run, and, where all questions were asked, than it is known to be. */
export function bars(searches: readonly Search[], isWhole: boolean): Bar[] {
  const reference = searches.find(({ how }) => how === 'BM25')?.quality;
  return searches
    .filter(({ how }) => how === 'hybrid')
    .flatMap(({ where, quality }) =>
      (['hit@1', 'recall@5', 'mrr@10'] as const).map((figure) => {
        const bar = Math.max(reference?.[figure] ?? 0, isWhole ? known[figure] : 0);
        const hybrid = quality?.[figure] ?? 0;
        return { where, figure, hybrid, bar, isMet: hybrid > bar };
      }),
    );
}
