import type { EvalReport } from '../../comparison.ts';
import { findingsOf } from '../findings.ts';
import { count, dollars, duration, passedOf, percent } from '../show-numbers.ts';
import { suiteRows } from '../suite-rows.ts';
import { verdictOf } from '../verdict-of.ts';
import { type Html, html, withCode } from './html.ts';

const signs = { pass: '✓', regression: '✗', configuration: '!', inconclusive: '?', interrupted: '■' };

/** The verdict in large letters, and the figures of the whole report. */
export function verdictHeader(report: EvalReport): Html {
  const { kind, word, why } = verdictOf(report);
  const took = duration(Date.parse(report.endedAt) - Date.parse(report.startedAt));
  return html`<header class="verdict ${kind}">
<p class="eyebrow">baton eval · profile ${report.profile} · <time datetime="${report.startedAt}">${showTime(report.startedAt)}</time> · ${took}</p>
<h1><span aria-hidden="true" class="sign">${signs[kind]}</span> ${word}</h1>
<p class="why">${withCode(why)}</p>
<dl class="figures">${figures(report).map(
    ([name, value, more]) =>
      html`<div><dt>${name}</dt><dd>${value}${more && html` <small>${more}</small>`}</dd></div>`,
  )}</dl>
</header>`;
}

function figures(report: EvalReport): [string, string, (string | undefined)?][] {
  const rows = suiteRows(report);
  const found = findingsOf(report);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const rate = {
    passed: sum(rows.map((row) => row.rate.passed)),
    count: sum(rows.map((row) => row.rate.count)),
    low: 0,
    high: 1,
  };
  const prices = rows.flatMap((row) => row.dollars ?? []);
  const broken = sum(rows.map(({ errored, stale }) => errored + stale));
  const compared = report.comparisons.length > 0;
  return [
    ['cases passed', passedOf(rate), rate.count > 0 ? percent(rate.passed / rate.count) : undefined],
    ...(compared
      ? ([
          ['lost', count(sum(found.map(({ lost }) => lost.length)))],
          ['won', count(sum(found.map(({ won }) => won.length)))],
        ] as [string, string][]) // pairs, which a literal is not taken for
      : []),
    ['closed gates', count(sum(found.map(({ run }) => closedIn(run.cases))))],
    ['errored or stale', count(broken)],
    ['tokens', count(sum(rows.map(({ tokens }) => tokens)))],
    ['cost', prices.length > 0 ? dollars(sum(prices)) : 'not known'],
  ];
}

function closedIn(cases: EvalReport['runs'][number]['cases']): number {
  return cases.filter(({ gate, attempts }) => gate && attempts.some(({ outcome }) => outcome === 'failed'))
    .length;
}

/** In UTC, so that everybody reads the same. */
function showTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return `${date.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })} UTC`;
}
