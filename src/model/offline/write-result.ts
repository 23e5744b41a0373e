import type { Json, JsonObject } from '../../message.ts';
import { fillSentence, toText } from './fill-template.ts';
import type { Result } from './read-result.ts';

const mostRows = 10;
const longestLine = 160;
const longestText = 600;

/** What a result says: the example's sentence where it can be filled, and the rows that one sentence cannot hold. */
export function writeResult(result: Result, template: string | undefined, slots: JsonObject): string {
  if (result.failed) return `${result.tool} failed: ${shorten(result.text, longestText)}`;
  const { rows, rowCount } = result;
  if (isEmpty(result)) return `${result.tool} found nothing.`;
  const sentence = template && fillSentence(template, { ...slots, ...rows[0], rowCount });
  if (rows.length === 0) return sentence || shorten(result.text, longestText);
  if (rows.length > 1) return [sentence, writeRows(rows, rowCount)].filter(Boolean).join('\n\n');
  return sentence || writeRow(rows[0] ?? {});
}

/** Which call an answer rests on. */
export function writeEvidence(results: Result[]): string {
  const lines = results
    .filter(({ failed }) => !failed)
    .map(({ tool, args, rows, rowCount }) => {
      const asked = Object.values(args).map((value) => `\`${shorten(toText(value), longestLine * 2)}\``);
      const count = rows.length > 0 || rowCount > 0 ? `, ${rowCount} ${rowCount === 1 ? 'row' : 'rows'}` : '';
      return `${tool}${asked.length > 0 ? ` ${asked.join(' ')}` : ''}${count}`;
    });
  return lines.length > 0 ? `Evidence: ${lines.join('; ')}.` : '';
}

/** Nothing came, or one row in which there is no value, as the sum of no rows is. */
function isEmpty({ rows, text }: Result): boolean {
  if (rows.length === 0) return !text.trim() || /^[[{]/.test(text.trim());
  return rows.length === 1 && Object.values(rows[0] ?? {}).every((value) => value === null);
}

function writeRow(row: JsonObject): string {
  const entries = Object.entries(row);
  if (entries.length > 1 && titleOf(row)) return writeItem(row);
  return entries.map(([name, value]) => `${name.replaceAll('_', ' ')}: ${cell(value)}`).join(', ');
}

function writeRows(rows: JsonObject[], rowCount: number): string {
  const shown = rows.slice(0, mostRows);
  const list = shown.every((row) => titleOf(row) && row.description)
    ? shown.map(writeItem).join('\n')
    : writeTable(shown);
  const more = rowCount - shown.length;
  return more > 0 ? `${list}\n\nAnd ${more} more.` : list;
}

/** One line for a thing that has a title: with its year and the beginning of its description. */
function writeItem(row: JsonObject): string {
  const year = row.release_year ?? row.year;
  const description = row.description ? `: ${shorten(cell(row.description), longestLine)}` : '';
  const known = new Set(['title', 'name', 'release_year', 'year', 'description']);
  const others = row.description ? [] : Object.entries(row).filter(([name]) => !known.has(name));
  const rest = others.map(([name, value]) => `, ${name.replaceAll('_', ' ')} ${cell(value)}`).join('');
  return `- **${titleOf(row)}**${year ? ` (${cell(year)})` : ''}${description}${rest}`;
}

function writeTable(rows: JsonObject[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => cell(row[column] ?? null)));
  return [columns, columns.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function titleOf(row: JsonObject): string | undefined {
  const title = row.title ?? row.name;
  return typeof title === 'string' ? cell(title) : undefined;
}

function cell(value: Json): string {
  if (value === null) return '';
  return shorten(toText(value).replaceAll(/\s+/g, ' ').replaceAll('|', '\\|'), longestLine);
}

function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}
