import type { BlockList } from '../block-list.ts';

/**
 * Lists the rows of a sheet as people lay sheets out: lines of one cell above a table are text about it, an empty row ends a table that has more than
 * its names, and a first row of names, none of them a number, names the columns.
 */
export function listRows(rows: string[][], list: BlockList): void {
  let table: string[][] = [];
  const isWide = rows.some((row) => row.length > 1);
  const endTable = () => {
    list.table(table, hasNames(table));
    table = [];
  };
  for (const row of rows) {
    const filled = row.filter((cell) => cell.trim() !== '');
    if (filled.length === 0 && table.length > 1) endTable();
    else if (filled.length === 0) continue;
    else if (filled.length === 1 && isWide && table.length === 0) list.paragraph(filled[0] ?? '');
    else table.push(row);
  }
  endTable();
}

function hasNames(table: string[][]): boolean {
  const [first] = table;
  const names = first?.filter((cell) => cell.trim() !== '') ?? [];
  return (
    table.length > 1 && names.length > 1 && new Set(names).size === names.length && !names.some(isNumber)
  );
}

function isNumber(cell: string): boolean {
  return /^[-+]?[\d.,\s]*\d%?$/.test(cell.trim());
}
