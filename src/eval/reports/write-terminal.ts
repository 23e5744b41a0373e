import { printable } from '../../printable.ts';
import type { EvalReport } from '../comparison.ts';
import { type CaseRun, passShare } from '../suite-run.ts';
import { type Findings, failedScores, findingsOf, isBroken, tellingAttempt } from './findings.ts';
import { shareChange } from './show-change.ts';
import { duration, metricValue, percent, plural } from './show-numbers.ts';
import { suiteRows } from './suite-rows.ts';
import { tellRepeats } from './tell-repeats.ts';
import { caseLines, fileLines } from './terminal/case-lines.ts';
import { type Page, paintFor } from './terminal/paint.ts';
import { suiteTable } from './terminal/suite-table.ts';
import { shorten, wrap } from './text-width.ts';
import { verdictOf } from './verdict-of.ts';

export interface TerminalOptions {
  /** Whether colours are written. */
  color: boolean;
  /** Columns. */
  width: number;
}

/** Cases of a suite that are shown with everything; of the others a line each, then their number. */
const inFull = 3;
const inShort = 15;

/**
 * The report for a terminal: what was lost comes first, then closed gates, the suites, the metrics that moved and what else there is to know. No
 * line is wider than `width`, and nothing that an answer says reaches the terminal but as text.
 */
export function writeTerminal(report: EvalReport, { color, width }: TerminalOptions): string {
  const page: Page = { paint: paintFor(color), width: Math.max(40, width) };
  const findings = findingsOf(report);
  const sections = [
    ...findings.flatMap((found) => lostSections(found, page)),
    ...findings.flatMap((found) => restSections(found, page)),
    suiteTable(report, page),
    tellRepeats(suiteRows(report)).map((line) => shorten(printable(line), page.width)),
    metricLines(report, page),
    noteLines(report, page),
    summaryLines(report, page),
  ];
  const written = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${written.join('\n\n')}\n`;
}

function lostSections({ run, comparison, lost, gates }: Findings, page: Page): string[][] {
  const files = comparison?.files ?? [];
  const shown = new Set<string>();
  const section = (title: string, changes: typeof lost) => {
    if (changes.length === 0) return [];
    const more = changes.slice(inFull);
    return [
      [
        page.paint(
          ['red', 'bold'],
          shorten(`${title}  ${run.suite}: ${plural(changes.length, 'case')}`, page.width),
        ),
      ],
      ...changes.slice(0, inFull).map((change) => caseLines(change, files, shown, page)),
      listed(more, (one) => `✗ ${printable(one.id)}  ${shareChange(one)}  ${ask(one.asks)}`, page),
    ];
  };
  const sections = [...section('LOST', lost), ...section('GATE CLOSED', gates)];
  const unseen = sections.length > 0 ? files.filter(({ file }) => !shown.has(file)) : [];
  return [
    ...sections,
    ...unseen.map((file) => [
      shorten(`also edited  ${printable(file.file)}`, page.width),
      ...fileLines(file, page),
    ]),
  ];
}

function restSections({ run, comparison, won, failing, broken }: Findings, page: Page): string[][] {
  const section = <Item>(title: string, items: Item[], line: (item: Item) => string) =>
    items.length === 0
      ? []
      : [
          [
            shorten(`${title}  ${run.suite}: ${plural(items.length, 'case')}`, page.width),
            ...listed(items, line, page),
          ],
        ];
  return [
    ...section('BROKEN', broken, (one) => `? ${printable(one.id)}  ${whyBroken(one)}`),
    ...section(
      comparison ? 'FAILED AS BEFORE' : 'FAILED',
      failing,
      (one) => `· ${printable(one.id)}  ${percent(passShare(one) ?? 0)}  ${whyFailed(one)}`,
    ),
    ...section('WON', won, (one) => `✓ ${printable(one.id)}  ${shareChange(one)}  ${ask(one.asks)}`),
  ];
}

function listed<Item>(items: Item[], line: (item: Item) => string, { paint, width }: Page): string[] {
  const shown = items.slice(0, inShort).flatMap((item) => wrap(line(item), width, 3));
  const more = items.length - inShort;
  return more > 0 ? [...shown, paint('dim', `… and ${more} more`)] : shown;
}

function ask(asks: string[]): string {
  return printable((asks[0] ?? '').slice(0, 500).replaceAll(/\s+/g, ' '));
}

function whyBroken({ attempts }: CaseRun): string {
  const attempt = attempts.find(isBroken);
  return attempt ? `${attempt.outcome}: ${printable((attempt.error ?? '').slice(0, 500))}` : '';
}

function whyFailed(run: CaseRun): string {
  const attempt = tellingAttempt(run);
  const [first] = attempt ? failedScores(attempt) : [];
  return first ? printable(`${first.score.scorer}: ${(first.score.why ?? '').slice(0, 500)}`) : '';
}

function metricLines({ comparisons }: EvalReport, { paint, width }: Page): string[] {
  const moved = comparisons.flatMap(({ suite, metrics }) =>
    metrics.flatMap((metric) => (metric.worse || metric.better ? [{ suite, metric }] : [])),
  );
  if (moved.length === 0) return [];
  return [
    'METRICS THAT MOVED',
    ...moved.map(({ suite, metric: { name, before, after, worse } }) => {
      const values = `${metricValue(name, before)} → ${metricValue(name, after)}`;
      const line = shorten(
        `${worse ? '▼ worse ' : '▲ better'}  ${suite}  ${printable(name)}  ${values}`,
        width,
      );
      return paint(worse ? 'red' : 'green', line);
    }),
  ];
}

function noteLines({ notes, comparisons }: EvalReport, { width }: Page): string[] {
  const reasons = comparisons.flatMap(({ suite, reasons, verdict }) =>
    verdict === 'pass' ? [] : reasons.map((reason) => `${suite}: ${reason}`),
  );
  const told = notes.map(
    ({ suite, kind, text }) => `${suite}: ${kind === 'skipped' ? 'skipped. ' : ''}${text}`,
  );
  return [...reasons, ...told].flatMap((text) => wrap(printable(text), width, 4));
}

function summaryLines(report: EvalReport, { paint, width }: Page): string[] {
  const { kind, word, why } = verdictOf(report);
  const took = duration(Date.parse(report.endedAt) - Date.parse(report.startedAt));
  const style = kind === 'pass' ? 'green' : kind === 'regression' ? 'red' : 'yellow';
  return [
    ...wrap(`${word.toUpperCase()}  ${printable(why)}`, width, 3).map((line) => paint([style, 'bold'], line)),
    paint('dim', shorten(`profile ${report.profile} · ${took} · run ${report.runId}`, width)),
  ];
}
