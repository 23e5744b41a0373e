import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';

/** A Redis of the test's own, that forgets everything when it stops. */
export interface RedisServer {
  port: number;
  url: string;
  /** Has it say nothing, and go on. */
  freeze(): void;
  thaw(): void;
  /** As `kill -9`. */
  kill(): Promise<void>;
  /** Again, empty, on the same port. */
  start(): Promise<void>;
}

/** Why the tests that need Redis cannot run here; undefined where they can. */
export function whyNoRedis(): string | undefined {
  const { error } = spawnSync('redis-server', ['--version']);
  return error ? `redis-server is not installed (${error.message})` : undefined;
}

/** A server on a free port that does not run yet. */
export async function makeRedisServer(): Promise<RedisServer> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async start() {
      const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
      await ready(child);
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  let said = '';
  const ended = once(child, 'exit').then(() => {
    throw new Error(`redis-server ended: ${said}`);
  });
  ended.catch(() => undefined); // expected once it is ready
  const listening = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Ready to accept connections')) resolve();
    });
  });
  await Promise.race([listening, ended]);
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo; // it listens on a port, so it has one
  server.close();
  await once(server, 'close');
  return port;
}
