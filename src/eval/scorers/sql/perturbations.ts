import type { Place } from './copy-sql.ts';
import { perturbRows } from './perturb-rows.ts';
import { perturbTexts } from './perturb-texts.ts';
import { perturbValues } from './perturb-values.ts';
import type { Perturbation } from './perturbation.ts';
import type { Table } from './read-tables.ts';
import type { StatementFacts } from './statement-facts.ts';

/**
 * The ways to change copies of what a statement reads that may tell it apart from a wrong one: values at the constants that it compares with and
 * beside them, nulls, ties, texts in another case, rows without partners, further rows, fewer, none (after Zhong, Yu, Klein, "Semantic Evaluation
 * for Text-to-SQL with Distilled Test Suites", EMNLP 2020, who draw such values at random). The same for the same statement and data.
 */
export function perturbations(place: Place, tables: Table[], facts: StatementFacts): Perturbation[] {
  const all = [
    ...perturbValues(place, tables, facts),
    ...perturbTexts(place, tables, facts),
    ...perturbRows(place, tables, facts),
  ];
  const ground = groundOf(all);
  const seen = new Set<string>();
  return all
    .flatMap((change) => onGround(change, ground))
    .filter(({ statements }) => {
      const key = statements.join(';');
      return !seen.has(key) && seen.add(key);
    });
}

/** What makes more rows count. */
export function groundOf(changes: Perturbation[]): string[] {
  return changes.flatMap(({ ground, statements }) => (ground ? statements : []));
}

/** A change after the ground is laid. */
function onGround(change: Perturbation, ground: string[]): Perturbation {
  return change.ground ? change : { ...change, statements: [...ground, ...change.statements] };
}
