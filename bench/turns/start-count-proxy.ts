import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Traffic } from './count-messages.ts';

/** A way to a database that counts what passes. */
export interface CountProxy {
  /** The same database, by this way. */
  url: string;
  /** All traffic so far. */
  read(): Promise<Traffic>;
  stop(): void;
}

export async function startCountProxy(databaseUrl: string): Promise<CountProxy> {
  const target = new URL(databaseUrl);
  const child = fork(
    path.join(import.meta.dirname, 'count-proxy.ts'),
    [target.hostname, target.port || '5432'],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const [port] = await once(child, 'message');
  const through = new URL(databaseUrl);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.href,
    async read() {
      child.send('read');
      const [traffic] = await once(child, 'message');
      return traffic;
    },
    stop: () => void child.kill(),
  };
}
