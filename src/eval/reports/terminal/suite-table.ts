import type { EvalReport } from '../../comparison.ts';
import { changeOfRate, count, dollars, duration, passedOf, percent } from '../show-numbers.ts';
import { type SuiteRow, suiteRows } from '../suite-rows.ts';
import { pad, shorten, textWidth } from '../text-width.ts';
import type { Page } from './paint.ts';

interface Column {
  name: string;
  side: 'left' | 'right';
  /** Those with the highest numbers are left out first where the terminal is narrow. */
  spare: number;
  cell: (row: SuiteRow) => string;
}

const columns: Column[] = [
  { name: 'suite', side: 'left', spare: 0, cell: ({ suite }) => suite },
  { name: 'passed', side: 'right', spare: 0, cell: ({ rate }) => passedOf(rate) },
  {
    name: 'rate (95 %)',
    side: 'left',
    spare: 1,
    cell: ({ rate }) =>
      rate.count === 0
        ? '–'
        : `${percent(rate.passed / rate.count)} (${percent(rate.low)} to ${percent(rate.high)})`,
  },
  {
    name: 'change',
    side: 'left',
    spare: 2,
    cell: ({ comparison }) => (comparison?.passing ? changeOfRate(comparison.passing) : '–'),
  },
  { name: 'verdict', side: 'left', spare: 0, cell: ({ verdict }) => verdict },
  {
    name: 'errored/stale',
    side: 'right',
    spare: 4,
    cell: ({ errored, stale }) => (errored + stale > 0 ? `${errored}/${stale}` : '–'),
  },
  {
    name: 'median',
    side: 'right',
    spare: 3,
    cell: ({ medianMs }) => (medianMs === null ? '–' : duration(medianMs)),
  },
  { name: 'tokens', side: 'right', spare: 5, cell: ({ tokens }) => count(tokens) },
  {
    name: 'cost',
    side: 'right',
    spare: 6,
    cell: (row) => (row.dollars === null ? '–' : dollars(row.dollars)),
  },
];

const longestName = 32;

/** A line for each suite, with as many columns as the terminal has room for. */
export function suiteTable(report: EvalReport, { paint, width }: Page): string[] {
  const rows = suiteRows(report);
  let shown = columns.map((column) => ({ column, cells: cellsOf(column, rows) }));
  const total = () => shown.reduce((sum, { cells }) => sum + widest(cells) + 2, -2);
  while (total() > width && shown.some(({ column }) => column.spare > 0)) {
    const least = Math.max(...shown.map(({ column }) => column.spare));
    shown = shown.filter(({ column }) => column.spare !== least);
  }
  return ['', ...rows].map((row, at) => {
    const line = shown
      .map(({ column, cells }) => pad(cells[at] ?? '', widest(cells), column.side))
      .join('  ');
    const text = shorten(line.trimEnd(), width);
    if (typeof row === 'string') return paint('dim', text);
    return row.verdict === 'regression' ? paint('red', text) : text;
  });
}

function cellsOf({ name, cell }: Column, rows: SuiteRow[]): string[] {
  return [name, ...rows.map(cell)].map((text) => shorten(text, name === 'suite' ? longestName : 48));
}

function widest(cells: string[]): number {
  return Math.max(...cells.map(textWidth));
}
