import { expect, test, vi } from 'vitest';
import { openLiveLog } from '../../src/turn/live-log.ts';
import { openLiveLogs } from '../../src/turn/live-logs.ts';
import type { LoggedEvent } from '../../src/turn-event.ts';

function delta(seq: number, text = 'word'): LoggedEvent {
  return {
    type: 'text-delta',
    agent: 'a',
    messageId: 'm',
    text,
    step: 1,
    seq,
    runId: 'r',
    threadId: 't',
    at: 0,
  };
}

test('the log of a run that is about to be accepted is held until its first watcher comes', () => {
  const logs = openLiveLogs();
  logs.expect('thread', 'run');
  logs.get('thread')?.publish([delta(1)]);
  const { log, release } = logs.hold('thread');
  expect(logs.take('thread', 'run')).toBe(true);
  expect(log.since(0)).toEqual([delta(1)]);
  expect(logs.take('thread', 'run')).toBe(false);
  release();
  expect(logs.get('thread')).toBeUndefined();
});

test('nobody waits for a watcher for ever, nor for one of a run that was not accepted', () => {
  vi.useFakeTimers();
  try {
    const logs = openLiveLogs();
    logs.expect('thread', 'run');
    logs.expect('other', 'run')();
    expect(logs.get('other')).toBeUndefined();
    vi.advanceTimersByTime(5_000);
    expect(logs.get('thread')).toBeUndefined();
    expect(logs.take('thread', 'run')).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test('a log is whole until it forgets, was told to look into the database, or hears of what it has not got', () => {
  const log = openLiveLog();
  expect(log.isWhole()).toBe(true);
  log.publish([delta(7), delta(8)]);
  expect(log.isWhole()).toBe(true);
  log.hint(9);
  expect(log.isWhole()).toBe(false);
  log.publish([delta(9)]);
  expect(log.isWhole()).toBe(true);
  log.ring();
  expect(log.isWhole()).toBe(false);
  log.publish([delta(10)]);
  expect(log.isWhole()).toBe(false);
});

test('a log holds a bounded amount of text', () => {
  const log = openLiveLog();
  for (let seq = 1; seq <= 50; seq++) log.publish([delta(seq, 'x'.repeat(100_000))]);
  expect(log.isWhole()).toBe(false);
  expect(log.since(0)).toBeUndefined();
  expect(log.since(40)?.length).toBe(10);
});
