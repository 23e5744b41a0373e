import type { WordPart } from '../diff-words.ts';
import { type Html, html } from './html.ts';

/** One side of a text that was compared by word: what only this side has is marked, what only the other has is left out. */
export function oneSide(parts: WordPart[], side: 'removed' | 'added'): Html[] {
  return parts.flatMap(({ mark, text }) => {
    if (mark === 'same') return html`${text}`;
    if (mark !== side) return [];
    return side === 'removed' ? html`<del>${text}</del>` : html`<ins>${text}</ins>`;
  });
}
