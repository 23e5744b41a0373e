import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { variables } from '../../src/config.ts';

const settings = Object.keys(variables.shape).sort();

test('.env.example has one line for every setting, and for nothing else', () => {
  const lines = textOf('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm);
  expect([...lines].map(([, name]) => name).sort()).toEqual(settings);
});

test('the table of docs/running.md names every setting once, and nothing else', () => {
  const [table = ''] = /^\| setting \|.*?\n\n/ms.exec(textOf('docs/running.md')) ?? [];
  const named = table.split('\n').flatMap((row) => {
    const [, first = ''] = row.split('|');
    return [...first.matchAll(/`([A-Z][A-Z0-9_]*)`/g)].map(([, name]) => name);
  });
  expect(named.sort()).toEqual(settings);
});

function textOf(file: string): string {
  return readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8');
}
