import type { EvalReport } from '../../comparison.ts';
import { findingsOf, isBroken } from '../findings.ts';
import { shareChange } from '../show-change.ts';
import { plural } from '../show-numbers.ts';
import { type Html, html, withCode } from './html.ts';

const most = 30;

/** What else there is to know: notes, cases that were won, those that say nothing, and what was compared with what. */
export function notesSection(report: EvalReport): Html {
  const found = findingsOf(report);
  const won = found.flatMap(({ run, won }) =>
    won.map(
      (one) => html`<li><b>${one.id}</b> <small>${run.suite}</small> ${shareChange(one)} ${one.asks[0]}</li>`,
    ),
  );
  const broken = found.flatMap(({ run, broken }) =>
    broken.map(({ id, attempts }) => {
      const attempt = attempts.find(isBroken);
      return html`<li><b>${id}</b> <small>${run.suite}</small> ${attempt?.outcome}: ${attempt?.error}</li>`;
    }),
  );
  const notes = report.notes.map(
    ({ suite, kind, text }) =>
      html`<li><b>${suite}</b> ${kind === 'skipped' && 'was skipped. '}${withCode(text)}</li>`,
  );
  return html`<section id="notes" aria-labelledby="notes-title"><h2 id="notes-title">Notes</h2>
${list('', notes)}${list('Won', won)}${list('Errored or stale, which is no score', broken)}
${changedCases(report)}
<h3>What was run</h3>
<table class="plain"><thead><tr><th scope="col">suite</th><th scope="col">compared with</th><th scope="col">version before</th><th scope="col">version now</th><th scope="col">commit</th><th scope="col">models</th></tr></thead>
<tbody>${found.map(
    ({ run, comparison }) =>
      html`<tr><th scope="row">${run.suite}</th><td>${comparison?.before.label ?? 'nothing'}</td><td><code>${comparison?.before.version.slice(0, 12) ?? '–'}</code></td><td><code>${run.version.slice(0, 12)}</code></td><td><code>${run.revision?.slice(0, 13) ?? '–'}</code></td><td>${Object.entries(run.models).map(([role, model]) => html`<span class="model">${role} <code>${model}</code></span> `)}</td></tr>`,
  )}</tbody></table></section>`;
}

function list(title: string, items: Html[]): Html {
  if (items.length === 0) return html``;
  return html`${title !== '' && html`<h3>${title}</h3>`}<ul class="list">${items.slice(0, most)}${items.length > most && html`<li>… and ${items.length - most} more</li>`}</ul>`;
}

function changedCases({ comparisons }: EvalReport): Html[] {
  return comparisons.flatMap(({ suite, cases: { same, changed, added, removed } }) => {
    const parts = (['changed', 'added', 'removed'] as const).flatMap((kind) => {
      const ids = { changed, added, removed }[kind];
      return ids.length > 0
        ? [`${ids.length} ${kind} (${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''})`]
        : [];
    });
    return parts.length === 0
      ? []
      : [html`<p><b>${suite}</b>: ${plural(same, 'case')} compared; ${parts.join(', ')}.</p>`];
  });
}
