import { type Figure, isMet, ratioOf } from './figure.ts';

/** The figures for people: how many times better than the reference first, then what was measured, with the targets beside it. */
export function tableOf(figures: readonly Figure[]): string {
  const ratios = figures.filter((figure) => ratioOf(figure) !== undefined);
  return [
    ...(ratios.length > 0
      ? [rowsOf([['times better than the reference', '', 'target', ''], ...ratios.map(ratioRow)]), '']
      : []),
    rowsOf([['measured', 'Baton', 'reference', 'target', ''], ...figures.map(valueRow)]),
    '',
  ].join('\n');
}

function ratioRow(figure: Figure): string[] {
  const ratio = ratioOf(figure) ?? Number.NaN;
  const { what, ratioTarget } = figure;
  const target = ratioTarget === undefined ? '' : `≥ ${ratioTarget} ×`;
  return [what, `${ratio.toFixed(1)} ×`, target, verdict(ratioTarget && ratio >= ratioTarget)];
}

function valueRow(figure: Figure): string[] {
  const { what, unit, better, baton, reference, target, digits = 1 } = figure;
  const show = (value: number | undefined) => (value === undefined ? '' : `${value.toFixed(digits)} ${unit}`);
  const asked = target === undefined ? '' : `${better === 'more' ? '≥' : '≤'} ${target} ${unit}`;
  return [what, show(baton), show(reference), asked, verdict(isMet(figure))];
}

function verdict(met: boolean | 0 | undefined): string {
  if (met === true) return 'yes';
  return met === false ? 'NO' : '';
}

/** The first column to the left, the others to the right. */
function rowsOf(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
