import type { Attempt } from '../../suite-run.ts';
import { diffTranscripts, type StepDiff } from '../diff-transcripts.ts';
import type { WordBudget, WordPart } from '../diff-words.ts';
import type { Step } from '../steps-of-turn.ts';
import { type Html, html } from './html.ts';
import { oneSide } from './word-parts.ts';

/** Longer texts are cut here; the whole ones are in the list of cases. In UTF-16 units. */
const longest = 900;

export interface SidesView {
  /** What the sides are called. */
  before: string;
  after: string;
  words: WordBudget;
}

/** Two attempts beside each other, a row a step; of the second alone where there is no first. */
export function sideBySide(before: Attempt | null, after: Attempt, view: SidesView): Html {
  const turns = diffTranscripts(before?.transcript ?? null, after.transcript, view.words);
  const head = (name: string, label: string) =>
    html`<th scope="col">${name}${label !== '' && label !== name && html` <small>${label}</small>`}</th>`;
  return html`<table class="sides ${before ? 'two' : 'one'}">
<thead><tr>${before && head('before', view.before)}${head('now', view.after)}</tr></thead>
${turns.map(
  (
    steps,
    at,
  ) => html`<tbody>${turns.length > 1 && html`<tr class="turn"><th colspan="${before ? 2 : 1}" scope="rowgroup">turn ${at + 1}</th></tr>`}
${before ? rowsOf(steps).map(row) : steps.map((step) => html`<tr>${cell({ ...step, mark: 'same' }, 'added')}</tr>`)}</tbody>`,
)}</table>`;
}

interface Row {
  left: StepDiff | undefined;
  right: StepDiff | undefined;
}

/** Steps that only one side has stand beside steps that only the other has, so that no side has gaps without need. */
function rowsOf(steps: StepDiff[]): Row[] {
  const rows: Row[] = [];
  const free = { left: 0, right: 0 };
  for (const step of steps) {
    const side = step.mark === 'removed' ? 'left' : step.mark === 'added' ? 'right' : undefined;
    if (!side) {
      free.left = free.right = rows.push({ left: step, right: step });
      continue;
    }
    const row = rows[free[side]++];
    if (row) row[side] = step;
    else rows.push({ left: undefined, right: undefined, [side]: step });
  }
  return rows;
}

function row({ left, right }: Row): Html {
  const isSame = left?.mark === 'same' && left === right;
  return html`<tr${isSame && html` class="same"`}>${cell(left, 'removed')}${cell(right, 'added')}</tr>`;
}

const signs = { removed: '−', added: '+' };
const told = { removed: 'before: ', added: 'now: ' };

function cell(diff: StepDiff | undefined, side: 'removed' | 'added'): Html {
  const step = side === 'removed' ? diff?.before : diff?.after;
  if (!diff || !step) return html`<td class="none"></td>`;
  const text = (field: 'title' | 'input' | 'output') => marked(diff[field], step[field], side, diff.mark);
  const differs = diff.mark !== 'same';
  return html`<td class="step ${step.kind}${differs && ` ${side}`}${step.bad && ' bad'}"><p class="title">${differs && html`<span class="sign" aria-hidden="true">${signs[side]}</span><span class="unseen">${told[side]}</span>`}<span class="kind">${nameOf(step)}</span> ${step.kind === 'user' ? null : text('title')}</p>
${step.input && html`<pre class="input">${text('input')}</pre>`}${step.output && html`<pre class="output">${text('output')}</pre>`}</td>`;
}

function nameOf({ kind, bad }: Step): string {
  return bad ? `${kind} ✗` : kind;
}

function marked(parts: WordPart[], text: string, side: 'removed' | 'added', mark: StepDiff['mark']): Html[] {
  if (mark !== 'changed' || parts.length === 0 || text.length > longest)
    return [
      html`${text.length > longest ? `${text.slice(0, longest)}… (${text.length - longest} more characters)` : text}`,
    ];
  return oneSide(parts, side);
}
