import type { Speech } from './speech.ts';

/** What a client of a streamed completion has: one text, of all that was said. */
export interface ToldText {
  /** What a piece adds; what one message and the next say are parted by an empty line. */
  add(piece: Speech): string;
  /** Where the text of the last message begins: negative where its beginning stands apart. */
  placeOf(content: string): number;
}

export function openToldText(): ToldText {
  let length = 0;
  let ends = 0;

  function add(piece: Speech): string {
    if (piece.type === 'end') ends = length;
    if (piece.type === 'end') return '';
    const added = piece.type === 'say' ? piece.text : length > 0 ? '\n\n' : '';
    length += added.length;
    return added;
  }

  return { add, placeOf: (content) => (ends || length) - content.length };
}
