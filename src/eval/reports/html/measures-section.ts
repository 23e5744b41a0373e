import type { EvalReport } from '../../comparison.ts';
import type { SuiteRun } from '../../suite-run.ts';
import { count, dollars, duration } from '../show-numbers.ts';
import { latencies, median, type SuiteRow, suiteRows } from '../suite-rows.ts';
import { type Html, html } from './html.ts';
import { latencyChart } from './latency-chart.ts';

/** What the suites took: how long attempts lasted, and what tokens and dollars went into one. */
export function measuresSection(report: EvalReport): Html {
  const rows = suiteRows(report).map((row, at) => measure(row, report.runs[at]));
  if (rows.every(({ attempts }) => attempts === 0)) return html``;
  const longest = Math.max(1, ...rows.map(({ times }) => quantile(times, 0.98) ?? 0)) * 1.05;
  const mostTokens = Math.max(1, ...rows.map(({ tokens }) => tokens));
  return html`<section id="measures" aria-labelledby="measures-title"><h2 id="measures-title">What it took</h2>
<p class="lead">The bars of times go from 0 to ${duration(longest)}; what took longer counts in the last one.</p>
<table class="cards"><thead><tr><th scope="col">suite</th><th scope="col" class="chart">time of an attempt <span class="axis" aria-hidden="true"><span>0</span><span>${duration(longest / 2)}</span><span>${duration(longest)}</span></span></th><th scope="col" class="number">median</th><th scope="col" class="number">95 % within</th><th scope="col" class="chart">tokens of an attempt</th><th scope="col" class="number">cost of an attempt</th></tr></thead>
<tbody>${rows.map(
    ({ suite, times, tokens, price }) => html`<tr><th scope="row">${suite}</th>
<td data-label="time" class="chart">${times.length > 0 ? latencyChart(times, longest) : 'not measured'}</td>
<td data-label="median" class="number">${tell(median(times))}</td>
<td data-label="95 % within" class="number">${tell(quantile(times, 0.95))}</td>
<td data-label="tokens" class="chart">${bar(tokens / mostTokens)} ${count(tokens)}</td>
<td data-label="cost" class="number">${price === null ? 'not known' : dollars(price)}</td></tr>`,
  )}</tbody></table></section>`;
}

function measure({ suite, tokens, dollars: spent }: SuiteRow, run: SuiteRun | undefined) {
  const attempts = run?.cases.reduce((total, one) => total + one.attempts.length, 0) ?? 0;
  return {
    suite,
    attempts,
    times: run ? latencies(run) : [],
    tokens: attempts > 0 ? tokens / attempts : 0,
    price: spent === null || attempts === 0 ? null : spent / attempts,
  };
}

function bar(share: number): Html {
  const width = Math.max(1, share * 100).toFixed(1);
  return html`<svg class="bar" aria-hidden="true" width="100" height="10" viewBox="0 0 100 10"><rect width="${width}" height="10" rx="2"/></svg>`;
}

function quantile(values: number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
}

function tell(milliseconds: number | null): string {
  return milliseconds === null ? '–' : duration(milliseconds);
}
