import { printable, printableLines } from '../../../printable.ts';

/**
 * A text as one line of inline code, whatever it says: nothing in it is Markdown or HTML, and GitHub looks for people, issues and links in no
 * code. In a table `|` has to be escaped even there.
 */
export function inlineCode(text: string, longest = 300, place: 'text' | 'table' = 'text'): string {
  const line = oneLine(text, longest);
  const ticks = '`'.repeat(longestRun(line) + 1);
  const space = /^[`\s]|[`\s]$/.test(line) ? ' ' : '';
  const span = `${ticks}${space}${line}${space}${ticks}`;
  return place === 'table' ? span.replaceAll('|', '\\|') : span;
}

/** The same inside of HTML, where Markdown is not read: what would be HTML is written as entities. */
export function htmlCode(text: string, longest = 300): string {
  const entities = oneLine(text, longest).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<code>${entities}</code>`;
}

/** Lines as a block of code that nothing in them can end. */
export function fence(lines: string[], language: 'diff' | 'text'): string {
  const text = printableLines(lines.join('\n').toWellFormed());
  const ticks = '`'.repeat(Math.max(2, longestRun(text)) + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}

/** An empty line would end inline code and HTML alike, and so would no text at all. */
function oneLine(text: string, longest: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return printable((line.length > longest ? `${line.slice(0, longest)}…` : line).toWellFormed()) || '–';
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
