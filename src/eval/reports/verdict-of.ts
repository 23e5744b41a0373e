import type { EvalReport } from '../comparison.ts';
import { findingsOf } from './findings.ts';
import { plural } from './show-numbers.ts';

/** What a report says on the whole. `kind` is for colours and programs, the rest for people. */
export interface Verdict {
  kind: 'pass' | 'regression' | 'configuration' | 'inconclusive' | 'interrupted';
  word: string;
  /** One sentence. */
  why: string;
}

const kinds = {
  0: ['pass', 'Pass'],
  1: ['regression', 'Regression'],
  2: ['configuration', 'Configuration'],
  3: ['inconclusive', 'Inconclusive'],
  130: ['interrupted', 'Interrupted'],
} as const;

export function verdictOf(report: EvalReport): Verdict {
  const [kind, word] = kinds[report.exitCode];
  return { kind, word, why: whys[kind](report) };
}

const whys: Record<Verdict['kind'], (report: EvalReport) => string> = {
  pass: (report) => {
    const [lost, won] = [totalOf(report, 'lost'), totalOf(report, 'won')];
    if (lost > 0) return `${plural(lost, 'case')} lost and ${won} won, which may be chance.`;
    return won > 0 ? `Nothing got worse; ${plural(won, 'case')} got better.` : 'Nothing got worse.';
  },
  regression: (report) => {
    const [lost, gates] = [totalOf(report, 'lost'), totalOf(report, 'gates')];
    const parts = [
      ...(lost > 0 ? [`${plural(lost, 'case')} lost`] : []),
      ...(gates > 0 ? [`${plural(gates, lost > 0 ? 'more gate' : 'gate')} closed`] : []),
    ];
    return parts.length > 0 ? `${parts.join(', ')}.` : 'A suite got worse.';
  },
  configuration: () => 'A suite or a setting is not in order.',
  inconclusive: ({ comparisons, notes }) => {
    const reasons = comparisons.flatMap(({ verdict, reasons }) =>
      verdict === 'inconclusive' ? reasons : [],
    );
    return (
      reasons[0] ?? notes.find(({ kind }) => kind !== 'note')?.text ?? 'Nothing can be said for certain.'
    );
  },
  interrupted: () => 'The run was stopped before its end: what is here is no result.',
};

function totalOf(report: EvalReport, list: 'lost' | 'won' | 'gates'): number {
  return findingsOf(report).reduce((total, findings) => total + findings[list].length, 0);
}
