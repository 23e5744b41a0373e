import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process has used of the processors since its start, in milliseconds, with all of its threads. */
export function cpuMsOf(pid: number): number {
  if (process.platform !== 'linux') return secondsOf(ps(pid, 'time=')) * 1_000;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]); // utime and stime, a hundred to the second
  return ticks * 10;
}

/** What a process has of the memory now, in MiB. */
export function rssMbOf(pid: number): number {
  if (process.platform !== 'linux') return Number(ps(pid, 'rss=')) / 1_024;
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}

function ps(pid: number, field: string): string {
  return execFileSync('ps', ['-o', field, '-p', String(pid)], { encoding: 'utf8' }).trim();
}

function secondsOf(time: string): number {
  return time.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0);
}
