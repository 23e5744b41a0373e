import type { CaseChange, EvalReport } from '../../comparison.ts';
import { openWordBudget, type WordBudget } from '../diff-words.ts';
import { type Findings, failedScores, findingsOf } from '../findings.ts';
import { shareChange, showHop } from '../show-change.ts';
import { plural } from '../show-numbers.ts';
import { fileDiff } from './file-diff.ts';
import { type Html, html } from './html.ts';
import { type SidesView, sideBySide } from './side-by-side.ts';

/** Cases of a suite whose transcripts are on the page; the others stand in the list of cases. */
const inFull = 60;
/** Cases that are open from the start. */
const open = 2;

/** What was lost, and closed gates: the edit first, then each case with both transcripts. */
export function lostSection(report: EvalReport): Html {
  const found = findingsOf(report).filter(({ lost, gates }) => lost.length + gates.length > 0);
  if (found.length === 0) return html``;
  const words = openWordBudget();
  return html`<section id="lost" aria-labelledby="lost-title"><h2 id="lost-title">${lostTitle(report)}</h2>
${found.map((one) => ofSuite(one, words))}</section>`;
}

export function lostTitle({ comparisons }: EvalReport): string {
  return comparisons.some(({ lost }) => lost.length > 0) ? 'What was lost' : 'Closed gates';
}

function ofSuite({ run, comparison, lost, gates }: Findings, words: WordBudget): Html {
  const suspects = new Set([...lost, ...gates].flatMap(({ suspects }) => suspects));
  const files = (comparison?.files ?? []).toSorted(
    (one, other) => Number(suspects.has(other.file)) - Number(suspects.has(one.file)),
  );
  const labels = { before: comparison?.before.label ?? '', after: comparison?.after.label ?? '' };
  const cases = (title: string, changes: CaseChange[]) =>
    changes.length > 0 &&
    html`<h3>${run.suite} <small>${title}, ${plural(changes.length, 'case')}</small></h3>
${changes.slice(0, inFull).map((change, at) => ofCase(change, { ...labels, words, isOpen: at < open }))}
${changes.length > inFull && html`<p class="more">${plural(changes.length - inFull, 'more case')} of this kind: see the list of cases.</p>`}`;
  return html`${files.map((file) => fileDiff(file, words))}${cases('lost', lost)}${cases('gate closed', gates)}`;
}

interface CaseView extends SidesView {
  isOpen: boolean;
}

function ofCase(change: CaseChange, view: CaseView): Html {
  const { id, gate, tags, asks, hop, suspects, beforeAttempt, afterAttempt } = change;
  return html`<details class="case"${view.isOpen && html` open`}><summary><span class="sign" aria-hidden="true">✗</span> <strong class="id">${id}</strong>
<span class="share">${shareChange(change)}</span>${gate && html` <span class="badge gate">gate</span>`}
<span class="ask">${asks[0]}</span></summary>
<div class="body">
${asks.length > 1 && html`<ol class="asks">${asks.map((ask) => html`<li>${ask}</li>`)}</ol>`}
<dl class="facts">
${hop && html`<div><dt>hop</dt><dd>${showHop(hop, asks.length > 1)}</dd></div>`}
${failedScores(afterAttempt).map(({ score, turn }) => html`<div><dt>failed</dt><dd><b>${score.scorer}</b>${asks.length > 1 && ` of turn ${turn + 1}`} ${score.why ?? score.value}</dd></div>`)}
${suspects.length > 0 && html`<div><dt>suspected</dt><dd>${suspects.map((file) => html`<code>${file}</code> `)}</dd></div>`}
${tags.length > 0 && html`<div><dt>tags</dt><dd>${tags.map((tag) => html`<span class="badge">${tag}</span> `)}</dd></div>`}
</dl>
${sideBySide(beforeAttempt, afterAttempt, view)}
</div></details>`;
}
