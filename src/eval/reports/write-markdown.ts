import type { CaseChange, EvalReport } from '../comparison.ts';
import { findingsOf } from './findings.ts';
import { caseSection, fileSection } from './markdown/case-section.ts';
import { htmlCode, inlineCode } from './markdown/escape.ts';
import { shareChange } from './show-change.ts';
import {
  changeOfRate,
  count,
  dollars,
  duration,
  metricValue,
  passedOf,
  percent,
  plural,
} from './show-numbers.ts';
import { suiteRows } from './suite-rows.ts';
import { tellRepeats } from './tell-repeats.ts';
import { verdictOf } from './verdict-of.ts';

/** GitHub takes comments of 65,536 characters; the rest is left for what a workflow writes around it. */
const longest = 60_000;
/** What follows the cases is cut here. */
const longestRest = 20_000;

const signs = { pass: '✅', regression: '❌', configuration: '⚠️', inconclusive: '⚠️', interrupted: '⚠️' };

/**
 * The report as a comment on a pull request: what was lost first, with the diff of its transcripts and of what was edited, then the suites. Of a long
 * report the last cases are left out, and their number is told. Texts of users and models stand in code, so that they format nothing and
 * call nobody. The first line marks the comment, so that a workflow finds the one to replace.
 */
export function writeMarkdown(report: EvalReport): string {
  const { kind, word, why } = verdictOf(report);
  const took = duration(Date.parse(report.endedAt) - Date.parse(report.startedAt));
  const head = [
    '<!-- baton eval report -->',
    `## ${signs[kind]} ${word}`,
    kind === 'inconclusive' ? inlineCode(why) : why,
  ].join('\n');
  const rest = within(
    [
      suiteTable(report),
      ...metricTable(report),
      ...otherCases(report),
      ...notes(report),
      `<sub>profile ${htmlCode(report.profile, 40)} · ${took} · run ${htmlCode(report.runId, 40)}</sub>`,
    ].map((section) => () => section),
    longestRest,
  );
  const lost = within(lostSections(report), longest - head.length - rest.length);
  return `${[head, lost, rest].filter(Boolean).join('\n\n')}\n`;
}

/** Sections that are written only when there is room for them. */
function lostSections(report: EvalReport): (() => string)[] {
  return findingsOf(report).flatMap(({ run, comparison, lost, gates }) => {
    const section = (title: string, changes: CaseChange[]) =>
      changes.length === 0
        ? []
        : [() => `### ${title}: ${inlineCode(run.suite, 60)}, ${plural(changes.length, 'case')}`];
    const files = lost.length + gates.length > 0 ? (comparison?.files ?? []) : [];
    return [
      ...section('Lost', lost),
      ...files.map((file) => () => fileSection(file)),
      ...lost.map((change) => () => caseSection(change)),
      ...section('Gate closed', gates),
      ...gates.map((change) => () => caseSection(change)),
    ];
  });
}

function suiteTable(report: EvalReport): string {
  const rows = suiteRows(report).map((row) => {
    const { rate, comparison, medianMs } = row;
    const share = rate.count > 0 ? percent(rate.passed / rate.count) : '–';
    return [
      inlineCode(row.suite, 60, 'table'),
      row.verdict === 'regression' ? '**regression**' : row.verdict,
      passedOf(rate),
      `${share} (${percent(rate.low)} to ${percent(rate.high)})`,
      comparison?.passing ? changeOfRate(comparison.passing) : '–',
      `${row.errored}/${row.stale}`,
      medianMs === null ? '–' : duration(medianMs),
      count(row.tokens),
      row.dollars === null ? '–' : dollars(row.dollars),
    ];
  });
  const whole = table(
    ['suite', 'verdict', 'passed', 'rate (95 %)', 'change', 'errored/stale', 'median', 'tokens', 'cost'],
    rows,
  );
  return [whole, ...tellRepeats(suiteRows(report)).map((line) => inlineCode(line, 200, 'text'))].join('\n\n');
}

function metricTable({ comparisons }: EvalReport): string[] {
  const rows = comparisons.flatMap(({ suite, metrics }) =>
    metrics.flatMap(({ name, before, after, worse, better }) =>
      worse || better
        ? [
            [
              inlineCode(suite, 60, 'table'),
              inlineCode(name, 60, 'table'),
              `${metricValue(name, before)} → ${metricValue(name, after)}`,
              worse ? 'worse' : 'better',
            ],
          ]
        : [],
    ),
  );
  if (rows.length === 0) return [];
  const title = `Metrics that moved (${rows.length})`;
  return [folded(title, table(['suite', 'metric', 'before → now', ''], rows))];
}

function otherCases(report: EvalReport): string[] {
  const found = findingsOf(report);
  const won = found.flatMap(({ run, won }) =>
    won.map((one) => `- ${inlineCode(run.suite, 60)} ${inlineCode(one.id, 80)} ${shareChange(one)}`),
  );
  const broken = found.flatMap(({ run, broken }) =>
    broken.map(({ id, attempts }) => {
      const error = attempts.find((attempt) => attempt.error !== undefined)?.error ?? '';
      return `- ${inlineCode(run.suite, 60)} ${inlineCode(id, 80)} ${inlineCode(error)}`;
    }),
  );
  return [
    ...(won.length > 0 ? [folded(`Won (${won.length})`, won.slice(0, 30).join('\n'))] : []),
    ...(broken.length > 0
      ? [folded(`Errored or stale (${broken.length})`, broken.slice(0, 30).join('\n'))]
      : []),
  ];
}

function notes({ comparisons, notes }: EvalReport): string[] {
  const lines = [
    ...comparisons.flatMap(({ suite, verdict, reasons }) =>
      verdict === 'pass' ? [] : reasons.map((reason) => `- ${inlineCode(suite, 60)} ${inlineCode(reason)}`),
    ),
    ...notes.map(({ suite, text }) => `- ${inlineCode(suite, 60)} ${inlineCode(text)}`),
  ];
  return lines.length > 0 ? [lines.slice(0, 40).join('\n')] : [];
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function folded(title: string, text: string): string {
  return `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;
}

/** As many of the sections, from the first, as fit. */
function within(sections: (() => string)[], room: number): string {
  const kept: string[] = [];
  let left = room - 60;
  for (const write of sections) {
    const section = write();
    left -= section.length + 2;
    if (left < 0) break;
    kept.push(section);
  }
  const out = sections.length - kept.length;
  return [...kept, ...(out > 0 ? [`… and ${out} more, which the whole report shows.`] : [])].join('\n\n');
}
