import type { EvalReport } from '../../comparison.ts';
import { changeOfRate, metricValue, passedOf, percent } from '../show-numbers.ts';
import { type SuiteRow, suiteRows } from '../suite-rows.ts';
import { tellRepeats } from '../tell-repeats.ts';
import { type Html, html } from './html.ts';
import { rateAxis, rateChart, type Scale, scaleFor } from './rate-chart.ts';

const verdictSigns = { pass: '✓', regression: '✗', inconclusive: '?', 'no baseline': '–', interrupted: '■' };

/** A row a suite: its rate with its interval, before and now, and why its verdict is what it is. */
export function suitesSection(report: EvalReport): Html {
  const rows = suiteRows(report);
  const scale = scaleFor(
    rows.flatMap(({ rate, comparison }) => [rate, ...(comparison ? [comparison.before.rate] : [])]),
  );
  return html`<section id="suites" aria-labelledby="suites-title"><h2 id="suites-title">Suites</h2>
<p class="lead">Shares of cases that passed, with intervals of 95 %, on lines from ${percent(scale.from)} to 100 %.${report.comparisons.length > 0 && html` The ring is what was before, the dot what is now.`}</p>
<table class="cards"><thead><tr><th scope="col">suite</th><th scope="col">verdict</th><th scope="col" class="number">passed</th><th scope="col" class="chart">rate ${rateAxis(scale)}</th><th scope="col">change</th><th scope="col" class="number">errored / stale</th></tr></thead>
<tbody>${rows.map((row) => suiteRow(row, scale))}</tbody></table>
${tellRepeats(rows).map((line) => html`<p>${line}</p>`)}
${movedMetrics(report)}</section>`;
}

function suiteRow(row: SuiteRow, scale: Scale): Html {
  const { suite, verdict, rate, comparison, errored, stale } = row;
  const reasons = verdict === 'pass' ? [] : (comparison?.reasons ?? []);
  return html`<tr${reasons.length > 0 && html` class="explained"`}><th scope="row">${suite}</th>
<td data-label="verdict"><span class="pill ${verdict.replace(' ', '-')}"><span aria-hidden="true">${verdictSigns[verdict]}</span> ${verdict}</span></td>
<td data-label="passed" class="number">${passedOf(rate)} <small>${rate.count > 0 ? percent(rate.passed / rate.count) : '–'}</small></td>
<td data-label="rate" class="chart">${rateChart(rate, comparison?.before.rate, scale)}</td>
<td data-label="change">${comparison?.passing ? changeOfRate(comparison.passing) : '–'}</td>
<td data-label="errored / stale" class="number">${errored} / ${stale}</td></tr>
${reasons.length > 0 && html`<tr class="reasons"><td colspan="6"><ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul></td></tr>`}`;
}

function movedMetrics({ comparisons }: EvalReport): Html {
  const moved = comparisons.flatMap(({ suite, metrics }) =>
    metrics.flatMap((metric) => (metric.worse || metric.better ? [{ suite, metric }] : [])),
  );
  if (moved.length === 0) return html``;
  return html`<h3>Metrics that moved</h3>
<table class="plain"><thead><tr><th scope="col">suite</th><th scope="col">metric</th><th scope="col" class="number">before</th><th scope="col" class="number">now</th><th scope="col">which is</th></tr></thead>
<tbody>${moved.map(
    ({ suite, metric: { name, before, after, worse } }) =>
      html`<tr><th scope="row">${suite}</th><td>${name}</td><td class="number">${metricValue(name, before)}</td><td class="number">${metricValue(name, after)}</td><td><span class="pill ${worse ? 'regression' : 'pass'}"><span aria-hidden="true">${worse ? '▼' : '▲'}</span> ${worse ? 'worse' : 'better'}</span></td></tr>`,
  )}</tbody></table>`;
}
