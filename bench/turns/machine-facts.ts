import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { root } from '../../test/support/start-process.ts';

/** What figures of one run mean nothing without. */
export function machineFacts() {
  const cpus = os.cpus();
  return {
    cpus: cpus.length,
    cpu: cpus[0]?.model ?? 'unknown',
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    /** Of the minute before the end: above the number of processors, something else was running too, or the bench was not alone. */
    load: Math.round(10 * (os.loadavg()[0] ?? 0)) / 10,
    node: process.version,
    commit: commit(),
    at: new Date().toISOString(),
  };
}

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed =
      git('status', '--porcelain', '--', 'src', 'migrations', 'package.json') === '' ? '' : '+changes';
    return `${git('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    return 'unknown';
  }
}
