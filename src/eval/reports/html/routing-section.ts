import type { EvalReport } from '../../comparison.ts';
import { type ConfusionMatrix, confusionMatrix } from '../../scorers/confusion-matrix.ts';
import { routingsOf } from '../../scorers/routings-of.ts';
import { percent } from '../show-numbers.ts';
import { type Html, html } from './html.ts';

/** Who should have taken cases, and who did, by suite, as tables in which the fuller cells are the stronger coloured. */
export function routingSection({ runs }: EvalReport): Html {
  const matrices = runs.flatMap((run) => {
    const matrix = confusionMatrix(routingsOf(run));
    return matrix.agents.length > 1 ? [{ suite: run.suite, matrix }] : [];
  });
  if (matrices.length === 0) return html``;
  return html`<section id="routing" aria-labelledby="routing-title"><h2 id="routing-title">Routing</h2>
<p class="lead">Rows are the agents that should have taken a case, columns those that did: on the diagonal, outlined, it went right.</p>
<div class="matrices">${matrices.map(({ suite, matrix }) => table(suite, matrix))}</div></section>`;
}

function table(suite: string, { agents, rows, precision, recall }: ConfusionMatrix): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Routing of ${suite}"><table class="matrix"><caption>${suite}</caption>
<thead><tr><th scope="col">for ↓ &nbsp; taken by →</th>${agents.map((agent) => html`<th scope="col">${agent}</th>`)}<th scope="col" class="edge">found</th></tr></thead>
<tbody>${agents.map((agent, at) => {
    const counts = rows[at] ?? [];
    const all = counts.reduce((sum, count) => sum + count, 0);
    return html`<tr><th scope="row">${agent}</th>${counts.map((count, to) => cell(count, all, at === to))}<td class="edge">${share(recall[at])}</td></tr>`;
  })}</tbody>
<tfoot><tr><th scope="row">right when taken</th>${precision.map((one) => html`<td class="edge">${share(one)}</td>`)}<td class="edge"></td></tr></tfoot></table></div>`;
}

function cell(count: number, all: number, right: boolean): Html {
  const heat = count === 0 || all === 0 ? 0 : Math.max(1, Math.round((count / all) * 5));
  return html`<td class="${right ? 'right' : 'wrong'} heat-${heat}">${count === 0 ? '·' : count}</td>`;
}

function share(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : percent(value);
}
