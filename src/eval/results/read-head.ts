import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { KeptChange, KeptComparison, KeptHead } from './kept-report.ts';
import { listSuites, type RunSummary } from './list-runs.ts';

/** A comparison in figures and names, without any transcript. */
export interface ShortComparison extends Omit<KeptComparison, 'lost' | 'won' | 'gates'> {
  lost: ShortChange[];
  won: ShortChange[];
  gates: ShortChange[];
}

export type ShortChange = Omit<KeptChange, 'beforeAttempt' | 'afterAttempt'>;

export interface KeptCommand extends KeptHead {
  runId: string;
  suites: (RunSummary & { comparison: ShortComparison | null })[];
}

/** What is kept of a command, without its cases. Undefined where nothing is. */
export async function readHead(db: Kysely<Schema>, runId: string): Promise<KeptCommand | undefined> {
  const suites = await listSuites(db, runId);
  const rows = await db
    .selectFrom('baton.eval_run')
    .select(['suite', 'report', 'comparison'])
    .where('run_id', '=', runId)
    .execute();
  const [first] = rows;
  if (!first) return undefined;
  const compared = new Map(rows.map(({ suite, comparison }) => [suite, comparison]));
  return {
    runId,
    ...(first.report as KeptHead), // written by keepReport, as what follows
    suites: suites.map((suite) => {
      const comparison = compared.get(suite.suite);
      return { ...suite, comparison: comparison ? shorten(comparison as KeptComparison) : null };
    }),
  };
}

function shorten(comparison: KeptComparison): ShortComparison {
  const { lost, won, gates } = comparison;
  return { ...comparison, lost: lost.map(plain), won: won.map(plain), gates: gates.map(plain) };
}

function plain({ beforeAttempt: _, afterAttempt: __, ...change }: KeptChange): ShortChange {
  return change;
}
