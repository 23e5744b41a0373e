import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

test('every row of the table of behaviours names a test that is there', () => {
  const page = readFileSync(path.join(root, 'docs/handoff-behaviours.md'), 'utf8');
  const named = [...page.matchAll(/\| `([^`]+)` \|$/gm)].map(([, name]) => name ?? '');
  const folders = ['test/handoff', 'test/turn'];
  const tests = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => readFileSync(path.join(root, folder, file), 'utf8')),
  );
  expect(named.length).toBeGreaterThan(15);
  const missing = named.filter((name) => !tests.some((text) => text.includes(`test('${name}'`)));
  expect(missing).toEqual([]);
});
