import { cleanText, inOneLine, inShort } from './clean-text.ts';
import type { Block, Place } from './document.ts';
import { DocumentError } from './document-error.ts';
import type { ReadLimits } from './read-limits.ts';

/** What a reader writes a document into, block by block. Every method throws a `DocumentError` when a limit is passed. */
export interface BlockList {
  heading(level: number, text: string): void;
  paragraph(text: string): void;
  item(text: string, level: number, ordered: boolean): void;
  code(text: string, language?: string): void;
  /** Rows of text; empty rows and columns are left out. `header` says that the first row names the columns. */
  table(rows: string[][], header: boolean): void;
  page(number: number): void;
  slide(number: number): void;
  sheet(name: string): void;
  /** All of it; throws `no-text` when there is none. */
  end(): Block[];
}

/** A list that keeps the path of headings and the limits. */
export function openBlockList(limits: ReadLimits): BlockList {
  const blocks: Block[] = [];
  let where: Place = { headings: [] };
  let open: { level: number; text: string }[] = [];
  let told = { blocks: 0, characters: 0, cells: 0 };

  function count(more: Partial<typeof told>): void {
    told = {
      blocks: told.blocks + (more.blocks ?? 1),
      characters: told.characters + (more.characters ?? 0),
      cells: told.cells + (more.cells ?? 0),
    };
    if (told.characters > limits.characters) throw tooLarge('characters', limits.characters);
    if (told.cells > limits.cells) throw tooLarge('cells', limits.cells);
    if (told.blocks > limits.blocks) throw tooLarge('blocks', limits.blocks);
  }

  function add(text: string, make: (text: string) => Block): void {
    if (text.trim() === '') return;
    count({ characters: text.length });
    blocks.push(make(text));
  }

  function beginPart(part: Omit<Place, 'headings'>): void {
    open = [];
    where = { ...part, headings: [] };
  }

  return {
    heading(level, text) {
      add(inOneLine(text), (line) => {
        open = open.filter((above) => above.level < level);
        const block: Block = {
          ...where,
          headings: open.map((above) => above.text),
          type: 'heading',
          level,
          text: line,
        };
        open.push({ level, text: inShort(line) });
        open = open.slice(-mostHeadings);
        where = { ...where, headings: open.map((above) => above.text) };
        return block;
      });
    },
    paragraph: (text) => add(tidy(text), (tidied) => ({ ...where, type: 'paragraph', text: tidied })),
    item: (text, level, ordered) =>
      add(tidy(text), (tidied) => ({
        ...where,
        type: 'item',
        level: Math.min(level, mostLevels),
        ordered,
        text: tidied,
      })),
    code: (text, language) =>
      add(cleanText(text).replace(/^\n+/, '').trimEnd(), (kept) => ({
        ...where,
        type: 'code',
        text: kept,
        ...(language ? { language } : {}),
      })),
    table(rows, header) {
      const full = withoutEmpty(rows, limits);
      const [first, ...rest] = full;
      if (!first) return;
      count({
        blocks: full.length,
        cells: full.length * first.length,
        characters: full.reduce((sum, row) => sum + lengthOf(row), 0),
      });
      const body = header && rest.length > 0 && lengthOf(first) <= longestHeader ? rest : full;
      for (let at = 0; at < body.length; at += rowsOfBlock) {
        const part = body.slice(at, at + rowsOfBlock);
        blocks.push({ ...where, type: 'table', ...(body === rest ? { header: first } : {}), rows: part });
      }
    },
    page(number) {
      where = { ...where, page: number };
      blocks.push({ ...where, type: 'page' });
      count({});
    },
    slide(number) {
      beginPart({ slide: number });
      blocks.push({ ...where, type: 'slide' });
      count({});
    },
    sheet(name) {
      beginPart({ sheet: inShort(inOneLine(name)) });
      blocks.push({ ...where, type: 'sheet' });
      count({});
    },
    end() {
      if (!blocks.some(hasText)) throw new DocumentError('no-text', 'There is no text in it.');
      return blocks;
    },
  };
}

/** So that no block is very long, and a part of a table can be passed on before the rest. */
const rowsOfBlock = 500;

// Where it stands is said with each part of a text, so it must not grow as the text does.
const mostHeadings = 8;
const mostLevels = 20;
/** Of all names of columns, which are said with each part of a table; longer ones are a row like any other. */
const longestHeader = 10_000;

function lengthOf(row: string[]): number {
  return row.reduce((length, cell) => length + cell.length, 0);
}

function hasText({ type }: Block): boolean {
  return type !== 'page' && type !== 'slide' && type !== 'sheet';
}

function tooLarge(what: string, most: number): DocumentError {
  return new DocumentError('too-large', `It has more than ${most.toLocaleString('en')} ${what}.`);
}

/** Blanks within lines are one; so are empty lines. */
function tidy(text: string): string {
  return cleanText(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function withoutEmpty(rows: string[][], limits: ReadLimits): string[][] {
  const clean = rows.map((row) => row.map(inOneLine)).filter((row) => row.some((cell) => cell !== ''));
  const width = clean.reduce((most, row) => Math.max(most, row.length), 0);
  if (width > limits.columns) throw tooLarge('columns', limits.columns);
  const used = Array.from({ length: width }, (_, at) => clean.some((row) => row[at]));
  return clean.map((row) => used.flatMap((isUsed, at) => (isUsed ? [row[at] ?? ''] : [])));
}
