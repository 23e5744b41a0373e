import type { Line } from './page-lines.ts';

/**
 * Pages without what stands on most of them alike but for its numbers, at the top or the bottom: running titles and page numbers. The first
 * of each stays, since it may be said nowhere else.
 */
export function withoutFurniture(pages: Line[][]): Line[][] {
  if (pages.length < 3) return pages;
  const times = new Map<string, number>();
  for (const page of pages) {
    for (const key of new Set(edgesOf(page).map(keyOf))) times.set(key, (times.get(key) ?? 0) + 1);
  }
  const seen = new Set<string>();
  const rest = pages.map((page) => {
    const edges = new Set(edgesOf(page));
    return page.filter((line) => {
      const key = keyOf(line);
      if (!edges.has(line) || (times.get(key) ?? 0) < pages.length * 0.4) return true;
      return !seen.has(key) && !isNumber(key) && Boolean(seen.add(key));
    });
  });
  return rest.every((page) => page.length === 0) ? pages : rest;
}

/** The highest and the lowest lines of a page. */
function edgesOf(page: Line[]): Line[] {
  const byHeight = page.toSorted((one, other) => other.y - one.y);
  return [...byHeight.slice(0, 3), ...byHeight.slice(-3)];
}

function keyOf({ text }: Line): string {
  return text.replace(/\d+|\b[ivxlc]+\b/g, '#').replace(/\s/g, '');
}

/** `12`, `Page 3 of 4`, `S. 7/9`. */
function isNumber(key: string): boolean {
  return key.includes('#') && key.replaceAll('#', '').length <= 8;
}
