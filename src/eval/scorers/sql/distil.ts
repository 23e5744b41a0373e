import type { CompareOptions } from './compare-results.ts';
import type { CopySession } from './copy-session.ts';
import { judgeResult, type RightResult } from './judge-result.ts';
import { mutantsOf } from './mutants.ts';
import type { Perturbation } from './perturbation.ts';
import { perturbations } from './perturbations.ts';
import type { SqlText } from './sql-text.ts';

/** How many changes and mistakes are tried, so that a long statement does not take for ever. */
const mostChanges = 80;
const mostMutants = 80;

/**
 * Of all changes of the copies those that tell a right statement apart from one with a mistake which the others leave unseen, and the general
 * ones. Changes that make the right result hang on the order in which rows are found are left out: there, no result is right.
 */
export async function distil(
  session: CopySession,
  text: SqlText,
  { right, steady }: { right: () => Promise<RightResult | undefined>; steady: () => Promise<boolean> },
  options: CompareOptions,
): Promise<Perturbation[]> {
  const unchanged = await session.changed({ what: '', statements: [] }, right);
  if (!unchanged) return [];
  const alive = new Set<string>();
  for (const { sql } of mutantsOf(text, session.tables).slice(0, mostMutants)) {
    const seen = await session.attempt(sql);
    if (!('error' in seen) && judgeResult(unchanged, seen, options) === undefined) alive.add(sql);
  }
  const kept: Perturbation[] = [];
  for (const change of perturbations(session.place, session.tables, session.facts).slice(0, mostChanges)) {
    const told = await session.changed(change, async () => {
      const seen = await toldApart(session, await right(), alive, options);
      return seen && (seen.length > 0 || change.general) && (await steady()) ? seen : undefined;
    });
    if (!told) continue;
    kept.push(change);
    for (const sql of told) alive.delete(sql);
  }
  return kept;
}

/** The statements that differ from the right one here; undefined where that one gives nothing. */
async function toldApart(
  session: CopySession,
  expected: RightResult | undefined,
  statements: Iterable<string>,
  options: CompareOptions,
): Promise<string[] | undefined> {
  if (!expected) return undefined;
  const told: string[] = [];
  for (const sql of statements) {
    const seen = await session.attempt(sql);
    if ('error' in seen || judgeResult(expected, seen, options) !== undefined) told.push(sql);
  }
  return told;
}
