import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Presence, watchPresence } from '../../src/bus/presence.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const every = 5_000;

/** Processes that hear each other at once, and themselves. */
function openRoom() {
  const present = new Map<string, { presence: Presence; gaps: number; deaf: boolean }>();
  const tell = (from: string) => {
    for (const { presence, deaf } of present.values()) if (!deaf) presence.heard(from);
  };
  return {
    enter(name: string, { deaf = false } = {}) {
      const presence = watchPresence({
        self: name,
        say: () => present.has(name) && tell(name),
        tellGap() {
          for (const [other, its] of present) if (other !== name) its.gaps++;
        },
        every,
      });
      present.set(name, { presence, gaps: 0, deaf });
      presence.listens();
      return presence;
    },
    leave(name: string) {
      present.get(name)?.presence.close();
      present.delete(name);
    },
    gaps: (name: string) => present.get(name)?.gaps,
  };
}

test('who is alone knows so a moment after it began to listen', () => {
  const room = openRoom();
  const one = room.enter('one');
  expect(one.alone()).toBe(false);
  vi.advanceTimersByTime(2_500);
  expect(one.alone()).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(one.alone()).toBe(true);
});

test('who comes is known at once on both sides, and hears that something was kept from it', () => {
  const room = openRoom();
  const one = room.enter('one');
  vi.advanceTimersByTime(2_500);
  one.kept();
  const two = room.enter('two');
  expect([one.alone(), two.alone()]).toEqual([false, false]);
  expect(room.gaps('two')).toBe(1);
  vi.advanceTimersByTime(60_000);
  expect([one.alone(), two.alone()]).toEqual([false, false]);
  expect([room.gaps('one'), room.gaps('two')]).toEqual([0, 1]);
});

test('who leaves is forgotten after a while', () => {
  const room = openRoom();
  const one = room.enter('one');
  room.enter('two');
  vi.advanceTimersByTime(10_000);
  room.leave('two');
  vi.advanceTimersByTime(5_000);
  expect(one.alone()).toBe(false);
  vi.advanceTimersByTime(15_000);
  expect(one.alone()).toBe(true);
});

test('who does not hear itself never takes itself for alone', () => {
  const room = openRoom();
  const one = room.enter('one', { deaf: true });
  vi.advanceTimersByTime(60_000);
  expect(one.alone()).toBe(false);
});
