/** A sentence and its place in the text, in UTF-16 units; white space around it is left out. */
export interface Sentence {
  text: string;
  start: number;
  end: number;
}

const segmenter = new Intl.Segmenter('und', { granularity: 'sentence' });

/** A full stop behind one of these, or behind a single letter, ends no sentence. */
const abbreviated =
  /(?:^|[\s("“‘[])(?:\p{L}|\p{L}\.(?:\p{L}\.)*\p{L}|mr|mrs|ms|dr|prof|rev|gen|col|lt|sgt|capt|gov|sen|rep|hon|st|mt|ft|jr|sr|inc|ltd|co|corp|no|nos|vol|pp?|fig|figs|sec|ch|art|arts|ed|eds|cf|ca|approx|vs|etc|al|dept|est|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|sra|dra|núm|pág|bzw|usw|nr|mme|mlle)\.["”’)\]]*\s+$/iu;

/** The number of a list's entry belongs to the entry. */
const entryNumber = /^\s*(?:\d{1,3}|\p{L})[.)]\s+$/u;

/**
 * Cuts a text into sentences by the rules of Unicode (UAX 29), in any script; a line is a sentence of its own, and
 * an abbreviation or an initial ends none.
 */
export function splitSentences(text: string): Sentence[] {
  const pieces: { start: number; end: number }[] = [];
  for (const { index, segment } of segmenter.segment(text)) {
    const last = pieces.at(-1);
    const before = last ? text.slice(last.start, last.end) : '';
    if (last && (goesOn(before) || isRest(before, text.slice(index)))) last.end = index + segment.length;
    else pieces.push({ start: index, end: index + segment.length });
  }
  for (const [at, piece] of pieces.entries()) {
    const before = pieces[at - 1];
    const closing = before
      ? (/^(?:\*\*|__)(?=\s|$)/.exec(text.slice(piece.start, piece.end))?.[0].length ?? 0)
      : 0;
    if (before) before.end += closing;
    piece.start += closing;
  }
  return pieces.flatMap(({ start, end }) => trimmed(text, start, end));
}

function goesOn(before: string): boolean {
  if (entryNumber.test(before) || before.endsWith('](')) return true;
  return abbreviated.test(before) && !endsLine(before);
}

/** `"Why us?" asks for a reason`, and code with a full stop in it, are one sentence; the signs that end bold text belong to it. */
function isRest(before: string, after: string): boolean {
  if (endsLine(before)) return false;
  if (/[?!]["”’)\]]+\s*$/.test(before) && /^\p{Ll}/u.test(after)) return true;
  const opened = before.split('`').length % 2 === 0;
  return opened && /^[^\n\r]*`/.test(after);
}

function endsLine(text: string): boolean {
  return /[\n\r]/.test(text.slice(text.trimEnd().length));
}

function trimmed(text: string, start: number, end: number): Sentence[] {
  const written = text.slice(start, end);
  const from = start + (written.length - written.trimStart().length);
  const inside = written.trim();
  return inside ? [{ text: inside, start: from, end: from + inside.length }] : [];
}
