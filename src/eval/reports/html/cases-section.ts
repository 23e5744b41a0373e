import type { EvalReport } from '../../comparison.ts';
import { type CaseRun, passShare } from '../../suite-run.ts';
import { failedScores, tellingAttempt } from '../findings.ts';
import { count, duration, percent } from '../show-numbers.ts';
import { type Html, html } from './html.ts';

const signs = { passed: '✓', failed: '✗', errored: '!', stale: '◌' };
const longestAsk = 160;

/** Every case in one table, which the page's script filters, sorts and opens. */
export function casesSection({ runs, comparisons }: EvalReport): Html {
  const changes = new Map(
    comparisons.flatMap(({ suite, lost, won }) => [
      ...lost.map(({ id }) => [`${suite} ${id}`, 'lost'] as const),
      ...won.map(({ id }) => [`${suite} ${id}`, 'won'] as const),
    ]),
  );
  const cases = runs.flatMap(({ suite, cases }) => cases.map((one) => ({ suite, one })));
  const tags = [...new Set(cases.flatMap(({ one }) => one.tags))].sort();
  return html`<section id="cases" aria-labelledby="cases-title"><h2 id="cases-title">All cases</h2>
<noscript><p class="lead">Filters, sorting and the transcripts of all cases need JavaScript; what was lost is shown in full above.</p></noscript>
<form class="controls" hidden role="search" aria-label="Filter cases">
<label class="wide">text <input type="search" id="filter-text" placeholder="id, question, answer" autocomplete="off" spellcheck="false"></label>
<label>outcome <select id="filter-outcome"><option value="">all</option>${['passed', 'failed', 'errored', 'stale', 'lost', 'won'].map((one) => html`<option>${one}</option>`)}</select></label>
<label>suite <select id="filter-suite"><option value="">all</option>${runs.map(({ suite }) => html`<option>${suite}</option>`)}</select></label>
<label>tag <select id="filter-tag"><option value="">all</option>${tags.map((tag) => html`<option>${tag}</option>`)}</select></label>
<button type="reset">clear</button>
<output id="filter-count" aria-live="polite">${cases.length} cases</output></form>
<div class="scroll"><table class="cases" id="case-table"><thead><tr>${['outcome', 'case', 'question', 'change', 'time', 'tokens'].map((name) => html`<th scope="col" data-sort="${name}"${(name === 'time' || name === 'tokens') && html` class="number"`}>${name}</th>`)}</tr></thead>
<tbody>${cases.map(({ suite, one }, at) => caseRow(suite, one, at, changes.get(`${suite} ${one.id}`)))}</tbody></table></div></section>`;
}

function caseRow(suite: string, one: CaseRun, at: number, change: 'lost' | 'won' | undefined): Html {
  const attempt = tellingAttempt(one);
  const outcome = attempt?.outcome ?? 'errored';
  const share = passShare(one);
  const turns = attempt?.transcript.turns ?? [];
  const time = turns.reduce((sum, { measures }) => sum + (measures.milliseconds ?? 0), 0);
  const tokens = turns.reduce((sum, { measures }) => sum + measures.tokens, 0);
  const ask = one.asks.join(' / ').replaceAll(/\s+/g, ' ');
  const [failed] = attempt ? failedScores(attempt) : [];
  return html`<tr data-at="${at}" data-outcome="${outcome}" data-suite="${suite}" data-tags="${JSON.stringify(one.tags)}"${change && html` data-change="${change}"`}>
<td class="outcome ${outcome}"><span aria-hidden="true">${signs[outcome]}</span> ${outcome}${one.attempts.length > 1 && share !== undefined && html` <small>${percent(share)}</small>`}</td>
<td class="name"><span class="open">${one.id}</span> <small>${suite}${one.gate && ' · gate'}${one.tags.map((tag) => ` · ${tag}`)}</small></td>
<td class="ask">${ask.length > longestAsk ? `${ask.slice(0, longestAsk)}…` : ask}${failed && html` <small>${failed.score.scorer}: ${(failed.score.why ?? '').slice(0, longestAsk)}</small>`}${!failed && attempt?.error && html` <small>${attempt.error.slice(0, longestAsk)}</small>`}</td>
<td class="${change}">${change ?? '–'}</td>
<td class="number" data-value="${time}">${time > 0 ? duration(time) : '–'}</td>
<td class="number" data-value="${tokens}">${count(tokens)}<span class="unit"> tokens</span></td></tr>
`;
}
