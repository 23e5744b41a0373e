import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { NeverListenedError, type ServiceProcess, startProcess } from '../../test/support/start-process.ts';
import type { Role } from './options.ts';
import type { Target, TcpProxy } from './tcp-proxy.ts';

/** A service process that is started again whenever it ends, as an orchestrator does it. */
export interface Replica {
  name: string;
  role: Role;
  /** Where it listens; undefined while it does not. */
  target(): Target | undefined;
  isUp(): boolean;
  /** Ends it at once. False when it is not there. */
  kill(): boolean;
  /** Asks it to stop, and resolves with how long that took, in milliseconds. */
  deploy(): Promise<number | undefined>;
  /** Stands still for a while, and goes on as if nothing had been. */
  freeze(milliseconds: number): Promise<void>;
  /** Ends it for good, in an orderly way. */
  stop(): Promise<void>;
  database: TcpProxy | undefined;
  /** What nobody asked for: that it ended by itself, or did not end. */
  troubles: string[];
  starts: number;
}

export interface ReplicaOptions {
  name: string;
  role: Role;
  env: Record<string, string>;
  projectDir: string;
  /** Where what it logs is kept. */
  logFile: string;
  database?: TcpProxy;
  /** How long it is away before it is started again, in milliseconds. */
  pauseMs: () => number;
}

const stopWithinMs = 45_000;

export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  const { name, role, env, projectDir, logFile, database, pauseMs } = options;
  const logs = createWriteStream(logFile);
  let service: ServiceProcess | undefined;
  let asked = false;
  let ended = false;

  async function start(): Promise<void> {
    const begun = await startProcess({ ...env, BATON_ROLE: role }, projectDir);
    keepLog(begun, logs);
    asked = false;
    service = begun;
    replica.starts += 1;
  }

  async function supervise(): Promise<void> {
    while (!ended) {
      if (service) await gone(service);
      if (service && !asked) replica.troubles.push(`${name} ended by itself: ${codeOf(service)}`);
      service = undefined;
      await sleep(pauseMs());
      if (ended) break;
      await start().catch((error: unknown) => {
        logs.write(`not started: ${String(error)}\n`);
        if (error instanceof NeverListenedError) replica.troubles.push(`${name}: ${error.message}`);
      });
    }
    await end('SIGTERM');
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | undefined> {
    const ending = service;
    if (!ending || asked) return undefined;
    asked = true;
    const began = performance.now();
    ending.child.kill(signal);
    const late = sleep(stopWithinMs, 'late' as const, { ref: false });
    if ((await Promise.race([gone(ending), late])) === 'late') {
      replica.troubles.push(`${name} did not end within ${stopWithinMs} ms of ${signal}`);
      ending.child.kill('SIGKILL');
    } else if (signal === 'SIGTERM' && ending.child.exitCode !== 0) {
      replica.troubles.push(`${name} ended with ${codeOf(ending)} when it was asked to stop`);
    }
    return performance.now() - began;
  }

  const replica: Replica = {
    name,
    role,
    database,
    troubles: [],
    starts: 0,
    target: () =>
      service && !asked ? { host: '127.0.0.1', port: Number(new URL(service.url).port) } : undefined,
    isUp: () => service !== undefined && !asked,
    kill() {
      if (!service || asked) return false;
      void end('SIGKILL');
      return true;
    },
    deploy: () => end('SIGTERM'),
    async freeze(milliseconds) {
      const frozen = service;
      if (!frozen || asked) return;
      frozen.child.kill('SIGSTOP');
      await sleep(milliseconds);
      frozen.child.kill('SIGCONT');
    },
    async stop() {
      ended = true;
      await end('SIGTERM');
      await supervising; // one that was being started is asked to stop when it is up
      logs.end();
    },
  };
  await start();
  process.once('exit', () => service?.child.kill('SIGKILL'));
  const supervising = supervise();
  return replica;
}

async function gone({ child }: ServiceProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

function codeOf({ child }: ServiceProcess): string {
  return `code ${child.exitCode ?? child.signalCode}`;
}

function keepLog({ child }: ServiceProcess, logs: WriteStream): void {
  logs.write(`started ${child.pid}\n`);
  child.stderr?.on('data', (chunk) => logs.write(chunk));
  child.stdout?.on('data', (chunk) => logs.write(chunk));
}
