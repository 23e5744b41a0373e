import type { Passage } from '../knowledge/search/search-knowledge.ts';
import { printable, printableLines } from '../printable.ts';

/** How much of a passage is shown. */
const mostCharacters = 600;

/** Passages for people: how near each is, what it is called, where it stands, and how it begins. */
export function writePassages(passages: readonly Passage[]): string {
  if (passages.length === 0) return 'Nothing is found.\n';
  return passages.map((passage, at) => `${at + 1}. ${headOf(passage)}\n${bodyOf(passage)}\n`).join('\n');
}

function headOf({ id, score, title, key, headings, collection, url, ...place }: Passage): string {
  const section = headings.filter((heading) => heading !== title).join(' > ');
  const words = [title ?? key, section].filter((part) => part !== '').map(printable);
  const where = [`${collection}/${key}`, ...placesOf(place), ...(url === undefined ? [] : [url])].map(
    printable,
  );
  return `${score.toFixed(3)}  ${words.join(' > ')}  [${id}]\n   ${where.join(', ')}`;
}

function placesOf({ pages, slides, sheet }: Pick<Passage, 'pages' | 'slides' | 'sheet'>): string[] {
  return [
    ...(pages ? [rangeOf('page', pages)] : []),
    ...(slides ? [rangeOf('slide', slides)] : []),
    ...(sheet === undefined ? [] : [`sheet ${sheet}`]),
  ];
}

function rangeOf(noun: string, { from, to }: { from: number; to: number }): string {
  return from === to ? `${noun} ${from}` : `${noun}s ${from} to ${to}`;
}

function bodyOf({ text }: Passage): string {
  const start = text.length > mostCharacters ? `${text.slice(0, mostCharacters).toWellFormed()}…` : text;
  return printableLines(start).replace(/^(?=.)/gm, '   ');
}
