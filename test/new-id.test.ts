import { validate, version } from 'uuid';
import { afterEach, expect, test, vi } from 'vitest';
import { newId } from '../src/new-id.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('an id is a UUID of version 7 that begins with the time', () => {
  const before = Date.now();
  const id = newId();
  expect(validate(id)).toBe(true);
  expect(version(id)).toBe(7);
  expect(timeOf(id)).toBeGreaterThanOrEqual(before);
  expect(timeOf(id)).toBeLessThanOrEqual(Date.now() + 1);
});

test('ids are in the order in which they were made, also when a millisecond has more than it counts or the clock goes back', () => {
  vi.useFakeTimers({ now: Date.now() + 60_000 });
  const ids = Array.from({ length: 10_000 }, newId);
  vi.setSystemTime(Date.now() - 1_000);
  ids.push(newId(), newId());
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
});

function timeOf(id: string): number {
  return Number.parseInt(id.replace('-', '').slice(0, 12), 16);
}
