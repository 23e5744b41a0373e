import type { RowFilter } from '../audit/read-rows.ts';
import { CallerError } from '../errors.ts';

/** Which rows of the audit are asked for, as the command line has it. */
export interface AuditOptions {
  tenant: string;
  action?: string;
  actor?: string;
  target?: string;
  outcome?: string;
  /** The first moment, and the first no more: text that `Date` reads. */
  from?: string;
  to?: string;
}

/** Reads which rows are asked for. Throws a `CallerError` that names the option that is wrong. */
export function readFilter({ outcome, from, to, ...plain }: AuditOptions): RowFilter {
  const { tenant, action, actor, target } = plain;
  if (outcome !== undefined && outcome !== 'ok' && outcome !== 'refused' && outcome !== 'failed')
    throw new CallerError('invalid-request', '--outcome: expected ok, refused or failed.');
  return { tenant, action, actor, target, outcome, from: moment('--from', from), to: moment('--to', to) };
}

/** Reads a number from 1 on. Throws a `CallerError` that names the option. */
export function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new CallerError('invalid-request', `${option}: expected a whole number from 1 on.`);
}

function moment(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new CallerError('invalid-request', `${option}: expected a time such as 2026-01-31T12:00:00Z.`);
  return time;
}
