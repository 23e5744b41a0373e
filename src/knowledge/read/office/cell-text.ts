import type { CellValue } from 'exceljs';

/** What a cell says: dates as ISO 8601, a formula as its result, a link as its words. */
export function cellText(value: CellValue): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return dateText(value);
  if (typeof value !== 'object') return String(value);
  if ('richText' in value) return value.richText.map(({ text }) => text).join('');
  if ('error' in value) return String(value.error);
  if ('hyperlink' in value) return cellText(value.text as CellValue); // may be rich text, whatever the type says
  return 'result' in value ? cellText(value.result as CellValue) : ''; // what a formula comes to is what a cell may hold
}

function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return '';
  return date
    .toISOString()
    .replace(/T00:00:00\.000Z$/, '')
    .replace(/\.000Z$/, '');
}
