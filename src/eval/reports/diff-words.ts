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

/** Marks what differs between two texts, by word. */
export function diffWordsOf(before: string, after: string): WordPart[] {
  if (before === after) return after === '' ? [] : [{ mark: 'same', text: after }];
  const parts =
    before.length + after.length > longest
      ? undefined
      : diffWordsWithSpace(before, after, { maxEditLength: mostEdits });
  if (parts === undefined || haveLittleInCommon(parts, Math.max(before.length, after.length)))
    return [part('removed', before), part('added', after)].filter(({ text }) => text);
  return parts.map(({ removed, added, value }) =>
    part(removed ? 'removed' : added ? 'added' : 'same', value),
  );
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
