import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

test('every row of the tables of risks names tests that are there', () => {
  const page = readFileSync(path.join(root, 'docs/security.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| (API|LLM|ASI)/.test(line));
  expect(rows.length).toBeGreaterThanOrEqual(26);
  const missing = rows.flatMap((row) => {
    const last = row.split(' | ').at(-1) ?? '';
    const named = [...last.matchAll(/`([^`]+)` \(([\w/.-]+)\)/g)];
    if (named.length === 0 && !last.includes('–')) return [`no test: ${row.slice(0, 80)}`];
    return named
      .filter(([, name = '', file = '']) => !textOf(file).includes(name.replaceAll("'", '’')))
      .map(([, name, file]) => `${file}: ${name}`);
  });
  expect(missing).toEqual([]);
});

function textOf(file: string): string {
  try {
    return readFileSync(path.join(root, 'test', file), 'utf8');
  } catch {
    return '';
  }
}
