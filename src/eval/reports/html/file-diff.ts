import type { FileChange } from '../../comparison.ts';
import { diffWordsOf, type WordBudget } from '../diff-words.ts';
import { type Html, html } from './html.ts';
import { oneSide } from './word-parts.ts';

/** What an edited file lost and gained, a line a sentence, with the words that differ marked as far as the budget goes. */
export function fileDiff({ file, removed, added }: FileChange, words: WordBudget): Html {
  const sentence = (sign: '−' | '+', text: Html[]) =>
    html`<li class="${sign === '+' ? 'added' : 'removed'}"><span class="sign" aria-hidden="true">${sign}</span><span class="unseen">${sign === '+' ? 'added: ' : 'removed: '}</span><span class="words">${text}</span></li>`;
  const rows = Array.from({ length: Math.max(removed.length, added.length) }, (_, at) => {
    const [was, is] = [removed[at], added[at]];
    const parts = removed.length === added.length ? diffWordsOf(was ?? '', is ?? '', words) : undefined;
    return [
      was === undefined ? null : sentence('−', parts ? oneSide(parts, 'removed') : [html`${was}`]),
      is === undefined ? null : sentence('+', parts ? oneSide(parts, 'added') : [html`${is}`]),
    ];
  });
  return html`<figure class="file"><figcaption>edited <code>${file}</code></figcaption><ul>${rows}</ul></figure>`;
}
