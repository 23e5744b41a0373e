import ExcelJS from 'exceljs';
import { DocumentError } from '../document-error.ts';
import type { ReadLimits } from '../read-limits.ts';
import type { ReadFacts, Reading } from '../reader.ts';
import { listRows } from '../text/list-rows.ts';
import { coreProperties } from '../zip/core-properties.ts';
import type { Parts } from '../zip/open-package.ts';
import { packParts } from '../zip/pack-parts.ts';
import { checkXml } from '../zip/xml-part.ts';
import { cellText } from './cell-text.ts';

/** Reads the sheets of a workbook that are not hidden: what cells show, and what formulas came to when it was saved. */
export async function readXlsx(parts: Parts, { list, limits, progress }: Reading): Promise<ReadFacts> {
  checkXml(parts, { strict: true, depth: limits.depth });
  refuseManyCells(parts, limits);
  const workbook = new ExcelJS.Workbook();
  // A buffer of Node is what its types mean by one of theirs.
  const bytes = packParts(cellsOf(parts)) as unknown as Parameters<typeof workbook.xlsx.load>[0];
  await workbook.xlsx.load(bytes, { ignoreNodes });
  const sheets = workbook.worksheets.filter(({ state }) => state === 'visible');
  for (const [at, sheet] of sheets.entries()) {
    list.sheet(sheet.name);
    listRows(rowsOf(sheet, limits), list);
    progress(at + 1, sheets.length);
  }
  const { metadata, ...facts } = coreProperties(parts, limits.depth);
  const hidden = workbook.worksheets.length - sheets.length;
  return { ...facts, metadata: { ...metadata, ...(hidden ? { hiddenSheets: hidden } : {}) } };
}

/** What cells are made of. Pictures, comments and tables of styles are left out, and with them what refers to them. */
function cellsOf(parts: Parts): Parts {
  const wanted =
    /^(\[Content_Types\]\.xml|_rels\/|xl\/[^/]+\.xml$|xl\/_rels\/|xl\/worksheets\/[^/]+\.xml$|docProps\/)/i;
  return new Map([...parts].filter(([name]) => wanted.test(name)));
}

/** What is no text, and of which the library spreads some over every cell that it is about. */
const ignoreNodes = [
  'cols',
  'mergeCells',
  'hyperlinks',
  'dataValidations',
  'conditionalFormatting',
  'autoFilter',
  'headerFooter',
  'rowBreaks',
  'drawing',
  'legacyDrawing',
  'picture',
  'tableParts',
  'sheetProtection',
  'extLst',
];

/** The library takes about a kilobyte a cell, so they are counted before it sees them. */
function refuseManyCells(parts: Parts, { cells, blocks }: ReadLimits): void {
  let found = 0;
  for (const [name, content] of parts) {
    if (!/^xl\/worksheets\//.test(name)) continue;
    const xml = content.toString('latin1');
    found += countOf(xml, /<(?:\w+:)?c[\s>/]/g);
    const lastRow = [...xml.matchAll(/<(?:\w+:)?row\s[^>]{0,200}?\br="(\d+)"/g)].reduce(
      (most, [, row]) => Math.max(most, Number(row)),
      0,
    );
    if (lastRow > rowsOfExcel)
      throw new DocumentError('corrupt', 'A sheet has rows beyond the last that there can be.');
  }
  if (found > Math.min(cells, blocks))
    throw new DocumentError('too-large', `It has more than ${Math.min(cells, blocks)} cells.`);
}

const rowsOfExcel = 1_048_576;

function countOf(text: string, pattern: RegExp): number {
  let count = 0;
  while (pattern.exec(text)) count += 1;
  return count;
}

/** Rows by their numbers: where some are missing, one empty row stands for them. */
function rowsOf(sheet: ExcelJS.Worksheet, limits: ReadLimits): string[][] {
  const rows: string[][] = [];
  let last = 0;
  sheet.eachRow((row, number) => {
    if (row.hidden) return;
    if (number > last + 1) rows.push([]);
    last = number;
    if (row.cellCount > limits.columns)
      throw new DocumentError('too-large', `It has more than ${limits.columns} columns.`);
    const cells: string[] = [];
    row.eachCell({ includeEmpty: true }, (cell) => cells.push(cellText(cell.value)));
    rows.push(cells);
  });
  return rows;
}
