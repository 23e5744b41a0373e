const entry = /^\s*(?:[-*+•]|\d{1,3}[.)])\s+/;
const tags =
  /<\/?(?:a|abbr|b|br|code|div|em|h[1-6]|hr|i|img|kbd|li|ol|p|small|span|strong|sub|sup|table|tbody|td|th|tr|u|ul)\b[^<>]*>/gi;
const bold = /\*\*|(?<![\p{L}\p{N}_])__|__(?![\p{L}\p{N}_])/gu;
const link = /!?\[([^\]]*)\]\((?:[^()\s]|\([^()\s]*\))*\)/g;

/**
 * The words of a sentence, an item or a table's row as one line, without what Markdown and HTML put around them: the address of a link, the signs of
 * bold text, tags, the sign of an item. A row's cells are parted by dashes; code stays as it is.
 */
export function plain(text: string): string {
  const line = text.replace(entry, '').replaceAll(/\s+/g, ' ').trim();
  const bare = line
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(tags, ' ').replaceAll(bold, '')))
    .join('')
    .replaceAll(link, '$1');
  return cellsOf(bare).join(' – ').replaceAll(/\s+/g, ' ').trim();
}

function cellsOf(line: string): string[] {
  if (!/^\|.*\|$/.test(line)) return [line];
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').trim())
    .filter((cell) => cell !== '');
}
