import { type Logger, openLog } from '../../../src/log.ts';

/** A log whose lines a test reads. */
export interface ReadLog {
  log: Logger;
  /** Everything that was written, as it was written. */
  text(): string;
  lines(): Record<string, unknown>[];
  /** What the service calls its own mistakes: lines of the level `error` and above. */
  mistakes(): Record<string, unknown>[];
  clear(): void;
}

export function readLog(level = 'info'): ReadLog {
  let written: string[] = [];
  const log = openLog(level, false, { write: (line: string) => void written.push(line) });
  const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>); // one object a line
  return {
    log,
    text: () => written.join(''),
    lines,
    mistakes: () => lines().filter(({ level }) => Number(level) >= 50),
    clear() {
      written = [];
    },
  };
}
