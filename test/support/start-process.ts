import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** The service as a process of its own, as `npm start` runs it. */
export interface ServiceProcess {
  url: string;
  /** What it said on standard output. */
  greeting: string;
  child: ChildProcess;
  /** Asks it to stop, or kills it, and resolves with its exit code when it is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** In milliseconds: what has not begun to listen by then never will. */
const listensWithin = 120_000;

/**
 * Starts the service on a free port, in the folder of its project, and resolves when it listens. Rejects with what it
 * said when it ends before, and with a `NeverListenedError` when it does neither.
 */
export async function startProcess(
  env: Record<string, string | undefined>,
  projectDir = root,
): Promise<ServiceProcess> {
  const { OPENAI_API_KEY: _, OPENAI_BASE_URL: __, DATABASE_URL: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, [path.join(root, 'bin/serve.js')], {
    cwd: projectDir,
    env: { ...inherited, PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let failed = '';
  child.stderr.on('data', (chunk) => {
    failed += chunk;
  });
  const listening = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const url = /listens on (http:\S+)/.exec(said)?.[1];
      if (url && said.endsWith('\n\n')) resolve(url);
    });
  });
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, listensWithin);
  const ended = once(child, 'exit').then(() => {
    clearTimeout(late);
    if (isLate) throw new NeverListenedError(`The service does not listen: ${said}${failed}`);
    throw new Error(`The service ended: ${said}${failed}`);
  });
  ended.catch(() => undefined); // expected once it listens
  const url = await Promise.race([listening, ended]);
  clearTimeout(late);
  return {
    url,
    greeting: said,
    child,
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
      return child.exitCode;
    },
  };
}

/** The service was started, and for minutes it neither listened nor ended. */
export class NeverListenedError extends Error {
  override name = 'NeverListenedError';
}
