import type { PgBoss } from 'pg-boss';
import { CallerError, errorMessage } from '../errors.ts';

/**
 * When a cron expression comes round next, strictly after `after`: five fields, six with seconds in front, or a name such as
 * `@daily`, read in the time zone of an IANA name. A time that the clock leaves out in spring is the moment after the gap;
 * one that it shows twice in autumn is the first.
 *
 * Throws a `CallerError` (`unprocessable`) that names `schedule` or `timezone`.
 */
export function nextTime(
  boss: Pick<PgBoss, 'previewSchedule'>,
  schedule: string,
  { timezone, after }: { timezone: string; after: Date },
): Date {
  if (!isZone(timezone)) throw unusable('timezone', `${timezone} is no time zone: expected an IANA name`);
  const fields = schedule.trim().split(/\s+/);
  if (!schedule.trim().startsWith('@') && fields.length !== 5 && fields.length !== 6) {
    throw unusable('schedule', 'expected five fields: minute, hour, day of month, month, day of week');
  }
  // H stands for a number that pg-boss draws anew each time it reads the expression
  if (/(^|[\s,])H/i.test(schedule))
    throw unusable('schedule', 'H is not supported: say which minute or hour');
  const next = preview(boss, schedule, timezone, after);
  if (!next) throw unusable('schedule', 'it never comes round');
  return next;
}

function preview(
  boss: Pick<PgBoss, 'previewSchedule'>,
  schedule: string,
  tz: string,
  from: Date,
): Date | undefined {
  try {
    return boss.previewSchedule(schedule, { tz, from, count: 1 })[0];
  } catch (error) {
    throw unusable('schedule', errorMessage(error));
  }
}

/** Offsets are no names: they know nothing of summer. */
function isZone(timezone: string): boolean {
  try {
    return /^[a-z]/i.test(timezone) && Intl.DateTimeFormat('en', { timeZone: timezone }) !== undefined;
  } catch {
    return false;
  }
}

function unusable(path: 'schedule' | 'timezone', message: string): CallerError {
  return new CallerError('unprocessable', 'The schedule cannot be used.', { issues: [{ path, message }] });
}
