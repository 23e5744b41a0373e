import { createHash } from 'node:crypto';
import { writeHtml } from '../../eval/reports/write-html.ts';

let policy: string | undefined;

/**
 * What a browser may do with the page of a report: show it, in an origin of its own, with the style and the script that it has when there is nothing
 * in it, by their hashes. No text of a report is among them, so none of it can run or load anything.
 */
export function reportPolicy(): string {
  policy ??= writePolicy();
  return policy;
}

function writePolicy(): string {
  const page = emptyPage();
  return [
    'sandbox allow-scripts',
    "default-src 'none'",
    `style-src ${hashesOf(page, /<style>([\s\S]*?)<\/style>/g)}`,
    `script-src ${hashesOf(page, /<script>([\s\S]*?)<\/script>/g)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function emptyPage(): string {
  const then = new Date(0).toISOString();
  const none = { runs: [], comparisons: [], notes: [] };
  return writeHtml({ runId: '', profile: '', startedAt: then, endedAt: then, ...none, exitCode: 0 });
}

function hashesOf(page: string, element: RegExp): string {
  const texts = [...page.matchAll(element)].map(([, text = '']) => text);
  const hashes = texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  return hashes.join(' ') || "'none'";
}
