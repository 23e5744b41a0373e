import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { showIngest } from '../../../src/commands/ingest/show-ingest.ts';
import type { Summary } from '../../../src/commands/ingest/summary.ts';
import { writeSummary } from '../../../src/commands/ingest/write-summary.ts';

function open(terminal: boolean) {
  let text = '';
  const output = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  return { show: showIngest(Object.assign(output, { isTTY: terminal, columns: 60 })), text: () => text };
}

test('a terminal sees a bar that is drawn over itself, no wider than it is, and gone at the end', () => {
  const { show, text } = open(true);
  show.total(2);
  show.begin('a-name-that-is-too-long-to-stand-in-a-line-of-this-terminal.md');
  show.end('a-name-that-is-too-long-to-stand-in-a-line-of-this-terminal.md', 'added', { chunks: 3 });
  show.stop();
  const drawn = text().split('\r\u001b[K').filter(Boolean);
  expect(drawn.length).toBeGreaterThan(0);
  for (const line of drawn) expect(line.length).toBeLessThan(60);
  expect(drawn[0]).toContain('0/2 documents · 0 chunks');
  expect(text().endsWith('\r\u001b[K')).toBe(true);
  expect(text()).not.toContain('\n');
});

test('what is no terminal gets one line a document, whatever its name says', () => {
  const { show, text } = open(false);
  show.total(2);
  show.begin('a.md');
  show.end('a.md', 'changed', { chunks: 1 });
  show.end('b\u001b[2J.pdf', 'failed', { why: 'It is\nbroken.' });
  show.stop();
  expect(text()).toBe('changed    a.md  1 chunk\nfailed     b\\u{1b}[2J.pdf: It is\\u{a}broken.\n');
});

test('the summary tells failures with their reasons, and what was left out by reason', () => {
  const summary: Summary = {
    collection: 'docs',
    made: true,
    added: 2,
    changed: 1,
    unchanged: 0,
    failed: [{ name: 'b.pdf', why: 'It is broken.' }],
    pruned: 1,
    skipped: [
      { name: 'x.png', why: '.png: not read' },
      { name: 'y.png', why: '.png: not read' },
      { name: '.git', why: 'hidden' },
    ],
    chunks: 1_234,
    tokens: 1,
    seconds: 1.25,
  };
  expect(writeSummary(summary)).toBe(
    [
      'failed: b.pdf: It is broken.',
      'skipped: 2 (.png: not read), .git (hidden)',
      'docs (made): 2 added, 1 changed, 0 unchanged, 1 failed, 1 pruned',
      '1,234 chunks, 1 token, 1.3 seconds',
      '',
    ].join('\n'),
  );
});
