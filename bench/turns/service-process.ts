import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** A service under measurement: a process of its own, which logs into a file. */
export interface ServiceProcess {
  url: string;
  pid: number;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

export interface Start {
  /** Arguments of node. */
  args: string[];
  cwd: string;
  env: Record<string, string | undefined>;
  logFile: string;
}

/** Starts a process that says `listens on <url>` on its standard output, and resolves then. Rejects when it ends before. */
export async function startService({ args, cwd, env, logFile }: Start): Promise<ServiceProcess> {
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...inherited(), PORT: '0', ...env },
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const url = await Promise.race([listening(child), ended(child, logFile)]);
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      process.removeListener('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** This environment without what would change what is measured: keys and addresses of others, tracing, settings of Baton. */
function inherited(): Record<string, string | undefined> {
  const foreign = /^(OPENAI|BATON|LANGSMITH|LANGCHAIN|DATABASE_URL|REDIS_URL|LOG_LEVEL|NODE_OPTIONS)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

function listening({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    stdout?.on('data', (chunk) => {
      said += chunk;
      const url = /listens on (http:\S+)/.exec(said)?.[1];
      if (url && said.endsWith('\n\n')) resolve(url);
    });
  });
}

async function ended(child: ChildProcess, logFile: string): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`A service ended with ${code}: ${readFileSync(logFile, 'utf8').slice(-2_000)}`);
}
