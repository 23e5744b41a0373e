import type { DocumentKind } from '../document.ts';
import { findDelimiter } from './find-delimiter.ts';

/** Which kind a text is. `claimed` decides where the text would do as several. */
export function textKind(
  text: string,
  claimed: DocumentKind | undefined,
): 'html' | 'markdown' | 'csv' | 'text' {
  const start = text.slice(0, 20_000);
  if (isMarkup(start, claimed)) return 'html';
  if (claimed === 'csv' || claimed === 'markdown' || claimed === 'text') return claimed;
  if (isMarkdown(start)) return 'markdown';
  return isTable(start, text.length) ? 'csv' : 'text';
}

function isMarkup(start: string, claimed: DocumentKind | undefined): boolean {
  if (/^\s*(<\?xml[^>]*>\s*|<!--[\s\S]*?-->\s*)*<(!doctype\s+html|html|head|body)\b/i.test(start))
    return true;
  if (claimed === 'markdown' || claimed === 'csv') return false;
  const isTagged = /<(h[1-6]|p|div|table|ul|ol|span|article|section|main|br|title|a)\b[^<>]*>/i.test(start);
  return isTagged && (claimed === 'html' || /^\s*</.test(start));
}

/** At least two of the things that nobody writes by chance. */
function isMarkdown(start: string): boolean {
  const signs = [
    /^#{1,6} \S/m,
    /^```/m,
    /^\s*[-*] \S.*\n\s*[-*] \S/m,
    /\[[^\]\n]+\]\([^)\s]+\)/,
    /^\|?\s*:?-{3,}:?\s*\|/m,
    /\*\*\S[^*\n]*\*\*/,
  ];
  return signs.filter((sign) => sign.test(start)).length >= 2;
}

/** Lines of one width, of at least two columns, whose cells are not as long as sentences. */
function isTable(start: string, length: number): boolean {
  const lines = start
    .split(/\r?\n/)
    .slice(0, length > start.length ? -1 : undefined)
    .filter((line) => line.trim() !== '');
  const delimiter = findDelimiter(start);
  if (!delimiter || lines.length < 3) return false;
  const [width, ...others] = new Set(lines.map((line) => line.split(delimiter).length));
  if (width === undefined || others.length > 0) return false;
  return lines.reduce((sum, line) => sum + line.length, 0) / (lines.length * width) < 40;
}
