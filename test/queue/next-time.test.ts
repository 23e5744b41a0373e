import { PgBoss } from 'pg-boss';
import { expect, test } from 'vitest';
import { nextTime } from '../../src/queue/next-time.ts';

const boss = new PgBoss({ db: { executeSql: async () => ({ rows: [] }) } }); // never started: it only reads schedules

/** The next few times, each asked for after the one before, as crons are planned. */
function times(schedule: string, timezone: string, from: string, count: number): string[] {
  const found: string[] = [];
  for (let after = new Date(from); found.length < count; ) {
    after = nextTime(boss, schedule, { timezone, after });
    found.push(after.toISOString().slice(0, 16));
  }
  return found;
}

test('a schedule comes round strictly after the moment that is asked about', () => {
  expect(times('0 12 * * *', 'UTC', '2026-05-01T12:00:00Z', 1)).toEqual(['2026-05-02T12:00']);
  expect(times('0 12 * * *', 'UTC', '2026-05-01T11:59:59.999Z', 1)).toEqual(['2026-05-01T12:00']);
  expect(times('@daily', 'UTC', '2026-05-01T12:00:00Z', 1)).toEqual(['2026-05-02T00:00']);
  expect(times('0 0 29 2 *', 'UTC', '2026-05-01T12:00:00Z', 2)).toEqual([
    '2028-02-29T00:00',
    '2032-02-29T00:00',
  ]);
});

test('in spring a time that the clock leaves out is the moment after the gap, once', () => {
  expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).toEqual([
    '2026-03-28T01:30',
    '2026-03-29T01:30',
    '2026-03-30T00:30',
  ]);
});

test('in autumn a time of day that the clock shows twice comes round once, and what is hourly goes on', () => {
  expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T00:00:00Z', 3)).toEqual([
    '2026-10-24T00:30',
    '2026-10-25T00:30',
    '2026-10-26T01:30',
  ]);
  expect(times('0 * * * *', 'Europe/Berlin', '2026-10-24T23:10:00Z', 4)).toEqual([
    '2026-10-25T00:00',
    '2026-10-25T01:00',
    '2026-10-25T02:00',
    '2026-10-25T03:00',
  ]);
});

test('a zone that is half an hour off is half an hour off all year', () => {
  expect(times('30 9 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T04:00']);
  expect(times('30 9 * * *', 'Asia/Kolkata', '2026-07-01T00:00:00Z', 1)).toEqual(['2026-07-01T04:00']);
});

test.each([
  ['', 'five fields'],
  ['* * *', 'five fields'],
  ['5', 'five fields'],
  ['61 * * * *', '0-59'],
  ['every day at about noon', 'Invalid characters'],
  ['0 0 31 2 *', 'day of month'],
  ['H * * * *', 'H is not supported'],
  ['@reboot', 'cannot resolve'],
  ['FREQ=DAILY', 'five fields'],
  ['* * * * * * *', 'five fields'],
])('the schedule "%s" is refused with why', (schedule, why) => {
  expect(() => times(schedule, 'UTC', '2026-01-01T00:00:00Z', 1)).toThrow(
    expect.objectContaining({
      code: 'unprocessable',
      issues: [{ path: 'schedule', message: expect.stringContaining(why) }],
    }),
  );
});

test.each(['Mars/Base', '+02:00', 'Europe/Berlin; drop', ''])('the time zone "%s" is refused', (timezone) => {
  expect(() => times('0 0 * * *', timezone, '2026-01-01T00:00:00Z', 1)).toThrow(
    expect.objectContaining({ issues: [expect.objectContaining({ path: 'timezone' })] }),
  );
});
