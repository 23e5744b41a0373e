import type { EvalReport, Rate } from '../../comparison.ts';
import { wilson } from '../../statistics/wilson.ts';
import { passShare } from '../../suite-run.ts';
import { passedOf, percent } from '../show-numbers.ts';
import { type Html, html } from './html.ts';
import { rateAxis, rateChart, scaleFor } from './rate-chart.ts';

const most = 40;

interface TagRow {
  tag: string;
  rate: Rate;
  lost: number;
  won: number;
}

/** The share of cases that passed by tag, over all suites, the lowest first. */
export function tagsSection(report: EvalReport): Html {
  const rows = tagRows(report);
  if (rows.length === 0) return html``;
  const scale = scaleFor(rows.map(({ rate }) => rate));
  return html`<section id="tags" aria-labelledby="tags-title"><h2 id="tags-title">Tags</h2>
<p class="lead">Shares of cases that passed, over all suites, the lowest first; the lines go from ${percent(scale.from)} to 100 %.</p>
<table class="cards"><thead><tr><th scope="col">tag</th><th scope="col" class="number">passed</th><th scope="col" class="chart">rate ${rateAxis(scale)}</th><th scope="col" class="number">lost</th><th scope="col" class="number">won</th></tr></thead>
<tbody>${rows
    .slice(0, most)
    .map(
      ({ tag, rate, lost, won }) =>
        html`<tr><th scope="row">${tag}</th><td data-label="passed" class="number">${passedOf(rate)} <small>${percent(rate.passed / rate.count)}</small></td><td data-label="rate" class="chart">${rateChart(rate, undefined, scale)}</td><td data-label="lost" class="number">${lost > 0 ? `−${lost}` : '–'}</td><td data-label="won" class="number">${won > 0 ? `+${won}` : '–'}</td></tr>`,
    )}</tbody></table>
${rows.length > most && html`<p class="more">${rows.length - most} more tags passed as often or more often.</p>`}</section>`;
}

function tagRows({ runs, comparisons }: EvalReport): TagRow[] {
  const shares = new Map<string, number[]>();
  for (const one of runs.flatMap(({ cases }) => cases)) {
    const share = passShare(one);
    if (share === undefined) continue;
    for (const tag of new Set(one.tags)) shares.set(tag, [...(shares.get(tag) ?? []), share]);
  }
  const moved = (list: 'lost' | 'won', tag: string) =>
    comparisons.flatMap((comparison) => comparison[list]).filter(({ tags }) => tags.includes(tag)).length;
  const rows = [...shares].map(([tag, values]) => {
    const passed = values.reduce((sum, value) => sum + value, 0);
    const rate = { passed, count: values.length, ...wilson(Math.round(passed), values.length) };
    return { tag, rate, lost: moved('lost', tag), won: moved('won', tag) };
  });
  const share = ({ rate }: TagRow) => rate.passed / rate.count;
  return rows.sort((one, other) => share(one) - share(other) || other.rate.count - one.rate.count);
}
