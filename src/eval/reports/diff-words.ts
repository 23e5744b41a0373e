import { type Change, diffWordsWithSpace } from 'diff';

/** A stretch of text that both sides have, or only one. The same and the removed ones together are what was before. */
export interface WordPart {
  mark: 'same' | 'removed' | 'added';
  text: string;
}

/** Texts that differ in more words than this are shown as one removed and one added. */
const mostEdits = 400;
/** Longer texts are not compared by word, in UTF-16 units of both together. */
const longest = 40_000;

const leastInCommon = 0.3;

/** What comparing the texts of one page by word may take yet, in steps of the comparison. */
export interface WordBudget {
  left: number;
}

/** For texts of which nobody is shown the words that differ. */
export const noWords: WordBudget = { left: 0 };

/** Takes less than a second of one processor, whatever the texts are. */
export function openWordBudget(): WordBudget {
  return { left: 4_000_000 };
}

/** Marks what differs between two texts, by word; where the budget is spent, they are one removed and one added. */
export function diffWordsOf(
  before: string,
  after: string,
  budget: WordBudget = openWordBudget(),
): WordPart[] {
  if (before === after) return after === '' ? [] : [part('same', after)];
  const parts = before === '' || after === '' ? undefined : compare(before, after, budget);
  if (parts === undefined || haveLittleInCommon(parts, Math.max(before.length, after.length)))
    return [part('removed', before), part('added', after)].filter(({ text }) => text);
  return parts.map(({ removed, added, value }) =>
    part(removed ? 'removed' : added ? 'added' : 'same', value),
  );
}

/** The work grows with the square of the edits, and with the edits times the length. */
function compare(before: string, after: string, budget: WordBudget): Change[] | undefined {
  const length = before.length + after.length;
  const maxEditLength = Math.min(mostEdits, Math.floor(Math.sqrt(budget.left)));
  if (length > longest || maxEditLength === 0) return undefined;
  const parts = diffWordsWithSpace(before, after, { maxEditLength });
  const edits = parts
    ? parts.reduce((sum, { removed, added, count }) => sum + (removed || added ? count : 0), 0)
    : maxEditLength;
  budget.left = Math.max(0, budget.left - edits * (edits + Math.ceil(length / 10)));
  return parts;
}

/** Words that are the same by chance only hide that it is another text. */
function haveLittleInCommon(parts: Change[], length: number): boolean {
  const common = parts.reduce(
    (sum, { removed, added, value }) => sum + (removed || added ? 0 : value.trim().length),
    0,
  );
  return common < length * leastInCommon;
}

function part(mark: WordPart['mark'], text: string): WordPart {
  return { mark, text };
}
