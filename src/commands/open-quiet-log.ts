import type { Config } from '../config.ts';
import { type Logger, openLog } from '../log.ts';

/** Opens the log of one command: a terminal that shows its work does not want a line for each step as well. */
export function openQuietLog({ log: { level, pretty } }: Config): Logger {
  return openLog(level === 'info' ? 'warn' : level, pretty);
}
