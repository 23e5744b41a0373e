import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { printable, printableLines } from '../src/printable.ts';

test('what moves the cursor, colours, begins a line or turns the writing is written out', () => {
  expect(printable('a\u001b[2Jb')).toBe('a\\u{1b}[2Jb');
  expect(printable('a\nb\r\tc')).toBe('a\\u{a}b\\u{d}\\u{9}c');
  expect(printable('\u202eevil\u2066')).toBe('\\u{202e}evil\\u{2066}');
  expect(printable('\u009b31m\u007f')).toBe('\\u{9b}31m\\u{7f}');
  expect(printable('a\u2028b')).toBe('a\\u{2028}b');
});

test('names of all languages stay as they are', () => {
  for (const name of ['Ada Lovelace', 'Zoë', '山田太郎', 'Ольга', 'مريم', '🙂'])
    expect(printable(name)).toBe(name);
});

test('text that has lines keeps them', () => {
  expect(printableLines('a\n\tb\u001b[31m\u0007')).toBe('a\n\tb\\u{1b}[31m\\u{7}');
  expect(printableLines('👩‍🚀')).toBe('👩‍🚀');
});

const folder = path.resolve(import.meta.dirname, '../../../shared/data/naughty_strings');
const naughty = read();

test.skipIf(naughty.length === 0)('no naughty string reaches the terminal with a control character', () => {
  for (const text of naughty) expect(printable(text)).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
});

function read(): string[] {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'blns.json'), 'utf8')) as string[]; // a list of texts
  } catch {
    process.stderr.write('The naughty strings are not there: their test is skipped.\n');
    return [];
  }
}
