import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { showLive } from '../../../src/eval/reports/show-live.ts';

function open(terminal: boolean, total: number) {
  let text = '';
  let time = 0;
  const output = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  const live = showLive(Object.assign(output, { isTTY: terminal, columns: 72 }), { total, now: () => time });
  return {
    text: () => text,
    stop: live.stop,
    attempt(id: string, outcome: 'passed' | 'failed' | 'errored' = 'passed') {
      time += 500;
      live.attempt('films', id, { outcome });
    },
  };
}

test('a terminal sees a bar with the counts, the time that is left and the last case, and nothing at the end', () => {
  const live = open(true, 4);
  live.attempt('one');
  live.attempt('two\u001b[2J', 'failed');
  live.stop();
  const drawn = live.text().split('\r\u001b[K').filter(Boolean);
  expect(drawn).toEqual([
    '█████░░░░░░░░░░░░░░░ 1/4 · 0 failed · 1.5 s left · films one',
    '██████████░░░░░░░░░░ 2/4 · 1 failed · 1 s left · films two\\u{1b}[2J',
  ]);
  expect(live.text().endsWith('\r\u001b[K')).toBe(true);
});

test('elsewhere there is a line for every tenth of the run, and one at its end', () => {
  const live = open(false, 45);
  for (let at = 0; at < 45; at += 1) live.attempt(`case-${at}`, at === 3 ? 'errored' : 'passed');
  live.stop();
  const lines = live.text().trimEnd().split('\n');
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('11 %  5/45 · 0 failed · 1 errored · 2.5 s');
  expect(lines.at(-1)).toBe('100 %  45/45 · 0 failed · 1 errored · 22.5 s');
});
