import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { pad, shorten, textWidth, wrap } from '../../../src/eval/reports/text-width.ts';
import { writeTerminal } from '../../../src/eval/reports/write-terminal.ts';
import { makeReport } from '../support/make-report.ts';

test('what was lost comes first: the case, what it asks, the hop, the scores, the steps and the edited sentence', () => {
  const text = writeTerminal(makeReport({ cases: 3 }), { color: false, width: 110 });
  expect(text.slice(0, text.indexOf('\n\nFAILED'))).toMatchInlineSnapshot(`
    "LOST  films-routing: 1 case

    ✗ count-0  100 % → 0 %  [gate] [counting] [short]
      asks     How many customers are there for Lethbridge?
      hop      triage → sql became triage → search
      failed   routing: It is for sql, and search took it.
      failed   facts: The answer does not say 457.
      - triage → sql (question: How many customers are there for Lethbridge?)
      + triage → search (question: How many customers are there for Lethbridge?)
      - sql calls run_sql (sql: select count(*) from film where length > 120) ⇒ count 457
      - sql → answer (findings: 457 rows were counted.)
      + search calls search_films (query: How many customers are there for Lethbridge? limit: 3) ⇒ JAWS OF THE DE…
      + search → answer (findings: Three films.)
      - answer says ⇒ There are 457 of them.
      + answer says ⇒ You could watch “Jaws of the Deep” or “Lost Letter”.
      edited   agents/triage.md
      - Questions that ask how many, how much, which most or least, or when go to sql.
      + Questions that ask how many, how much, which most or least, or when go to search."
  `);
  expect(text).toMatch(/REGRESSION {2}1 case lost\.\n/);
});

test('a pass, and a run without a baseline, say so, and how to make one', () => {
  const pass = writeTerminal(makeReport({ broken: false }), { color: false, width: 100 });
  expect(pass).toContain('PASS  Nothing got worse.');
  expect(pass).not.toContain('LOST');
  const first = writeTerminal(makeReport({ baseline: false }), { color: false, width: 100 });
  expect(first).toContain('INCONCLUSIVE');
  expect(first).toContain('baton eval bless films-routing');
  expect(first).toContain('GATE CLOSED  films-routing');
  expect(first).toContain('skipped. The folder ../shared/data/intents_banking77 is not here.');
});

test('a pass with lost cases does not say that nothing got worse', () => {
  const report = { ...makeReport({ cases: 12 }), exitCode: 0 as const };
  const text = writeTerminal(report, { color: false, width: 100 });
  expect(text).toContain('PASS  4 cases lost and 0 won, which may be chance.');
});

test('colours are written where they are asked for, and say nothing that the text does not', () => {
  const report = makeReport({ cases: 12 });
  const plain = writeTerminal(report, { color: false, width: 100 });
  const painted = writeTerminal(report, { color: true, width: 100 });
  expect(plain).toBe(stripVTControlCharacters(plain));
  expect(painted).not.toBe(plain);
  expect(stripVTControlCharacters(painted)).toBe(plain);
});

test('no line is wider than the terminal, whatever script the answers are in', () => {
  const report = makeReport({ cases: 12, answer: ' 東京タワーの映画を三本お勧めします。'.repeat(20) });
  for (const width of [40, 57, 80, 120]) {
    const lines = writeTerminal(report, { color: false, width }).split('\n');
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
  }
});

test('nothing that an answer says moves the cursor, colours or reorders text', () => {
  const report = makeReport({ cases: 3, answer: '\u001b[2J\u009b31m\r\u0007\u202eevil\u0000' });
  const text = writeTerminal(report, { color: false, width: 200 });
  expect(text).toContain('\\u{1b}[2J\\u{9b}31m');
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
});

test('a line of 100 kB takes no more than a line', () => {
  const text = writeTerminal(makeReport({ cases: 3, answer: 'x'.repeat(100_000) }), {
    color: false,
    width: 80,
  });
  expect(text.length).toBeLessThan(8_000);
});

test('widths count columns: two of a wide sign, none of a mark', () => {
  expect([textWidth('abc'), textWidth('映画'), textWidth('e\u0301'), textWidth('🎬')]).toEqual([3, 4, 1, 2]);
  expect(shorten('映画を見る', 5)).toBe('映画…');
  expect(pad('映', 4)).toBe('映  ');
  expect(pad('12', 4, 'right')).toBe('  12');
  expect(wrap('one two three four', 9, 2)).toEqual(['one two', 'three fo…']);
});
