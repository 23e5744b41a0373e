/** A citation as a model wrote it, in UTF-16 units of the text. `ids` are empty where it names no passage in the form of one. */
export interface Mark {
  start: number;
  end: number;
  ids: string[];
  /** A made-up id: what looks like one and is none. Numbers in brackets, of habit or of an earlier answer, are not meant as one. */
  malformed: boolean;
}

const id = 'p-[0-9a-f]{10}(?![0-9a-z])';
/** What stands between ids and brackets: `[p-…, p-…]`, `(see p-… and p-…)`, `[^p-…]`. */
const filler = String.raw`(?:[\s,;:&+/^#"'\`]|\b(?:and|und|et|y|see|sources?|passages?|refs?|ids?|cf)\b)*`;
const group = `[[(（【〔]${filler}${id}(?:${filler}${id})*${filler}[\\])）】〕]`;
const link = '(?:\\([^()\\s]{1,500}\\))?'; // an address behind a mark is the model's own: it goes with it
const bare = `\\[?(?<![\\w-])${id}\\]?`;
const malformed = '\\[\\^?p-(?:[0-9a-f]{0,40}|[\\w-]{0,40}\\d[\\w-]{0,40})(?:\\]|(?=[\\s.,;]|$))';
const number = `\\[\\^?[1-9]\\d{0,2}(?:\\s?[,;–-]\\s?[1-9]\\d{0,2}){0,20}\\]${link}`;

const marks = new RegExp(
  `(?<group>${group}${link})|(?<bare>${bare})|(?<malformed>${malformed})|(?<number>${number})`,
  'gi',
);
const ids = new RegExp(id, 'gi');

const inlineCode = /(`{1,2})[^`\n]+\1/g;

interface Place {
  start: number;
  end: number;
}

/** Every citation in a text, in order. In blocks of code (`without`) there are none, and in words of code a number is no mark. */
export function findMarks(text: string, without: Place[] = []): Mark[] {
  const code = [...text.matchAll(inlineCode)].map(({ 0: written, index }) => ({
    start: index,
    end: index + written.length,
  }));
  const outsideBlocks = outsideOf(without);
  const outsideCode = outsideOf(code);
  return [...text.matchAll(marks)].flatMap(({ 0: written, index: start, groups = {} }) => {
    const place = { start, end: start + written.length };
    if (!outsideBlocks(place) || (groups.number && !outsideCode(place))) return [];
    const named = [...written.matchAll(ids)].map(([found]) => found.toLowerCase());
    return [{ ...place, ids: [...new Set(named)], malformed: groups.malformed !== undefined }];
  });
}

/** Whether a place touches none of some places; both are asked for and given in order. */
export function outsideOf(places: Place[]): (place: Place) => boolean {
  let at = 0;
  return ({ start, end }) => {
    while ((places[at]?.end ?? Number.POSITIVE_INFINITY) <= start) at++;
    return (places[at]?.start ?? Number.POSITIVE_INFINITY) >= end;
  };
}

/** The text with its marks blanked, each character at its place. */
export function withoutMarks(text: string, found: Mark[]): string {
  let end = 0;
  const parts = found.map((mark) => {
    const before = text.slice(end, mark.start);
    end = mark.end;
    return before + ' '.repeat(mark.end - mark.start);
  });
  return parts.join('') + text.slice(end);
}
