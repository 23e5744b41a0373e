import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseHTML } from 'linkedom';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EvalReport } from '../../../src/eval/comparison.ts';
import { writeHtml } from '../../../src/eval/reports/write-html.ts';
import { hostile } from '../support/hostile.ts';
import { makeReport, type ReportOptions } from '../support/make-report.ts';
import { hasBrowser, openBrowser } from '../support/open-browser.ts';

test('the page holds the verdict, the edit, both transcripts, the suites and the routing', () => {
  const { document } = parseHTML(writeHtml(makeReport({ cases: 12 })));
  expect(document.querySelector('h1')?.textContent).toContain('Regression');
  expect(document.querySelector('#lost .file')?.textContent).toContain('go to search.');
  const hop = document.querySelector('#lost .sides .removed.hop');
  expect(hop?.querySelector('del')?.textContent).toBe('sql');
  expect(document.querySelector('#routing .wrong.heat-5')?.textContent).toBe('4');
  expect(document.querySelectorAll('#suites svg.rate')).toHaveLength(3);
  expect(document.querySelectorAll('#case-table tbody tr')).toHaveLength(36);
});

test('headings go down by one level, and every control and chart has a name', () => {
  const { document } = parseHTML(writeHtml(makeReport({ cases: 12 })));
  const levels = [...document.querySelectorAll('h1, h2, h3')].map(({ tagName }) => Number(tagName[1]));
  expect(levels.every((level, at) => at === 0 || level <= (levels[at - 1] ?? 0) + 1)).toBe(true);
  for (const control of document.querySelectorAll('input, select'))
    expect(control.closest('label')?.textContent?.trim()).toBeTruthy();
  for (const chart of document.querySelectorAll('svg'))
    expect(chart.getAttribute('aria-label') ?? chart.getAttribute('aria-hidden')).toBeTruthy();
});

describe.skipIf(!hasBrowser)('in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await openBrowser();
    folder = await mkdtemp(path.join(tmpdir(), 'baton-report-'));
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens a report from a file, and keeps what the page asks for and complains of. */
  async function open(report: EvalReport, options: Parameters<Browser['newPage']>[0] = {}) {
    const file = path.join(folder, 'report.html');
    await writeFile(file, writeHtml(report));
    const page = await browser.newPage(options);
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    return { page, url, requests, complaints };
  }

  const rows = (page: Page) => page.locator('#case-table > tbody > tr:not(.detail):visible');
  const sized = (cases: number, more: ReportOptions = {}) => makeReport({ cases, ...more });

  test('filters by text, outcome, suite and tag together, and back', async () => {
    const { page, requests, complaints, url } = await open(sized(24));
    await page.fill('#filter-text', 'robot');
    await page.selectOption('#filter-suite', 'films-search');
    expect(await rows(page).count()).toBe(4);
    expect(await page.textContent('#filter-count')).toBe('4 of 72 cases');
    await page.click('button[type=reset]');
    await page.selectOption('#filter-outcome', 'lost');
    await page.selectOption('#filter-tag', 'short');
    expect(await rows(page).locator('.open, button').allTextContents()).toEqual(['count-0', 'count-12']);
    await page.click('button[type=reset]');
    expect(await page.textContent('#filter-count')).toBe('72 cases');
    expect(await rows(page).count()).toBe(72);
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('sorts by a column, both ways, with the keyboard, and keeps what is open with its case', async () => {
    const { page, complaints } = await open(sized(24));
    await page.locator('#case-table tbody tr button').first().press('Enter');
    expect(await page.textContent('#case-table .detail')).toContain('triage → search');
    await page.locator('th[data-sort=tokens] button').press('Enter');
    await page.locator('th[data-sort=tokens] button').press('Enter');
    expect(await page.getAttribute('th[data-sort=tokens]', 'aria-sort')).toBe('descending');
    expect(await rows(page).first().locator('.name button').textContent()).toBe('find-23');
    const behind = page.locator('#case-table tr:has(button[aria-expanded=true]) + tr');
    expect(await behind.getAttribute('class')).toBe('detail');
    await page.locator('button[aria-expanded=true]').press('Enter');
    expect(await page.locator('#case-table .detail').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('hostile answers are text: nothing runs, loads, breaks out or reorders', async () => {
    const report = sized(9, { answer: hostile });
    for (const run of report.runs)
      for (const one of run.cases) Object.assign(one, { asks: [hostile], tags: ['"><b>', '</script>'] });
    for (const note of report.notes) note.text = hostile;
    const { page, requests, complaints, url } = await open(report);
    for (const button of await page.locator('#case-table .name button').all()) await button.click();
    expect(await page.title()).toMatch(/^Regression: baton eval/);
    expect(await page.locator('img, a[href^=javascript], [onerror], [onload], [onclick]').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
    const said = await page.locator('#case-table .detail .answer .output').first().textContent();
    expect(said).toContain('<img src=x onerror=');
    expect(said).toContain('\\u{202e}esrever');
    expect(await page.content()).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]/u);
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a line of 100 kB is cut, and nothing makes the page scroll sideways', async () => {
    for (const width of [1280, 390]) {
      const report = sized(6, { answer: 'x'.repeat(100_000) });
      const { page } = await open(report, { viewport: { width, height: 900 } });
      await page.locator('#case-table .name button').first().click();
      expect(await page.textContent('#case-table .detail')).toContain('more characters)');
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      await page.close();
    }
  });

  test('without JavaScript all but filters and unremarkable transcripts is there', async () => {
    const { page } = await open(sized(12), { javaScriptEnabled: false });
    expect(await page.locator('h1').textContent()).toContain('Regression');
    expect(await page.locator('#lost details[open] .sides').first().isVisible()).toBe(true);
    await page.locator('#lost summary').nth(3).click();
    expect(await page.locator('#lost details').nth(3).locator('.sides').isVisible()).toBe(true);
    expect(await page.locator('.controls').isVisible()).toBe(false);
    expect(await page.locator('#cases noscript').textContent()).toContain('need JavaScript');
    expect(await rows(page).count()).toBe(36);
    await page.close();
  });

  test('text stands out from what is behind it by 4.5 to 1 at least, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(sized(12), { colorScheme });
      expect(await page.evaluate(weakContrasts)).toEqual([]);
      await page.close();
    }
  });

  test('a report of 2,000 cases opens, filters and sorts', async () => {
    const { page, complaints } = await open(sized(667));
    await page.fill('#filter-text', 'find-600');
    expect(await page.textContent('#filter-count')).toBe('2 of 2001 cases');
    await page.locator('th[data-sort=time] button').click();
    expect(await rows(page).count()).toBe(2);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

/** Runs in the page: texts whose contrast with the first background behind them is too weak (WCAG 2.2, 1.4.3). */
const weakContrasts = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const blend = (colors) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = (color) => {
    const [r, g, b] = [...color].slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const weak = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest('svg, script, option')) continue;
    const behind = [];
    for (let at = element; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
    const [back, text] = [light(blend(behind)), light(blend([...behind, getComputedStyle(element).color]))];
    const ratio = (Math.max(back, text) + 0.05) / (Math.min(back, text) + 0.05);
    if (ratio < 4.5) weak.add(element.tagName + '.' + element.className + ' ' + ratio.toFixed(2));
  }
  return [...weak];
})()`;
