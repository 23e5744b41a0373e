import { Worker } from 'node:worker_threads';
import type { ReaderRequest } from './reader-request.ts';
import { isAlive, type RequestLimits, runRequest } from './run-request.ts';

export interface ThreadsOptions {
  /** How many documents are read at a time. */
  threads: number;
  /** Of a thread, for its heap and again for its buffers, in MiB. */
  memory: number;
  /** How long a thread without work is kept, in milliseconds. */
  idleMs?: number;
}

export interface Threads {
  /** As `runRequest`, when a thread is free. */
  run(request: ReaderRequest, limits: Omit<RequestLimits, 'memory'>): ReturnType<typeof runRequest>;
  /** Ends all threads; what they are at is rejected. */
  close(): Promise<void>;
}

/** A number of threads for documents. They start when they are needed; one that had to be ended is replaced. */
export function openThreads({ threads, memory, idleMs = 60_000 }: ThreadsOptions): Threads {
  const idle: { worker: Worker; rest: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];
  const all = new Set<Worker>();
  let busy = 0;
  let isClosed = false;

  function take(): Worker {
    const found = idle.pop();
    if (!found) return start(memory, all);
    clearTimeout(found.rest);
    found.worker.ref();
    return found.worker;
  }

  function giveBack(worker: Worker): void {
    worker.unref();
    const rest = setTimeout(() => {
      idle.splice(
        idle.findIndex((other) => other.worker === worker),
        1,
      );
      void worker.terminate();
    }, idleMs);
    idle.push({ worker, rest: rest.unref() });
  }

  async function runOn(worker: Worker, request: ReaderRequest, limits: Omit<RequestLimits, 'memory'>) {
    let isWell = true;
    try {
      return await runRequest(worker, request, { ...limits, memory });
    } catch (error) {
      isWell = isAlive(error);
      throw error;
    } finally {
      if (isWell && !isClosed) giveBack(worker);
      else await worker.terminate();
    }
  }

  return {
    async run(request, limits) {
      limits.signal?.throwIfAborted();
      if (busy < threads) busy += 1;
      else await turnOf(waiting, limits.signal);
      try {
        if (isClosed) throw new Error('The readers are closed.');
        return await runOn(take(), request, limits);
      } finally {
        const next = waiting.shift();
        if (next) next();
        else busy -= 1;
      }
    },
    async close() {
      isClosed = true;
      for (const { rest } of idle.splice(0)) clearTimeout(rest);
      for (const wake of waiting.splice(0)) wake();
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

/** A thread that has none of our environment, and whose words go nowhere. */
function start(memory: number, all: Set<Worker>): Worker {
  const worker = new Worker(new URL('./reader-thread.ts', import.meta.url), {
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 },
  });
  worker.stdout.resume();
  worker.stderr.resume();
  worker.on('error', () => undefined); // whoever waits for it hears of it
  worker.on('exit', () => all.delete(worker));
  all.add(worker);
  return worker;
}

/** Whoever is done hands over the place that it had. */
async function turnOf(waiting: (() => void)[], signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const leave = () => {
    const at = waiting.indexOf(resolve);
    if (at < 0) return;
    waiting.splice(at, 1);
    reject(signal?.reason);
  };
  waiting.push(resolve);
  signal?.addEventListener('abort', leave, { once: true });
  try {
    await promise;
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}
