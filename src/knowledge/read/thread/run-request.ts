import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { DocumentError } from '../document-error.ts';
import type { ReaderAnswer, ReaderRequest } from './reader-request.ts';

/** What a request may take, and who hears of it. */
export interface RequestLimits {
  seconds: number;
  /** Of buffers, which the heap's own limit does not count, in MiB. */
  memory: number;
  signal?: AbortSignal | undefined;
  hear(answer: Extract<ReaderAnswer, { say: 'progress' | 'blocks' | 'chunks' }>): void;
}

/**
 * Has a thread carry out one request, and resolves with its last word. The thread is ended, and of no use any more, when the request
 * takes too long or too much memory, when the signal aborts and when it crashes; for `isAlive` tells.
 *
 * Rejects with a `DocumentError` (`timeout`, `too-large` and what the readers throw), with the signal's reason, or with an error of ours.
 */
export async function runRequest(
  worker: Worker,
  request: ReaderRequest,
  limits: RequestLimits,
): Promise<Extract<ReaderAnswer, { say: 'end' }>['result']> {
  const { promise, resolve, reject } =
    Promise.withResolvers<Extract<ReaderAnswer, { say: 'end' }>['result']>();
  const take = async (answer: ReaderAnswer) => {
    if (answer.say === 'end') return resolve(answer.result);
    if (answer.say === 'failed') return reject(new Error(answer.message));
    if (answer.say === 'refused')
      return reject(new DocumentError(answer.code, answer.message, answer.cause || undefined));
    limits.hear(answer);
    if (answer.say === 'progress') return;
    await nextTurn(); // others have their turn between two parts
    worker.postMessage('more');
  };
  const abort = () => reject(limits.signal?.reason);
  const crash = (error: unknown) => reject(crashError(error));
  const end = () => reject(crashError(undefined));
  const late = setTimeout(() => reject(timeout(limits.seconds)), limits.seconds * 1000);
  const watch = watchMemory(worker, limits.memory, () => reject(tooMuchMemory()));
  worker.on('message', take).on('error', crash).on('exit', end);
  limits.signal?.addEventListener('abort', abort, { once: true });
  try {
    limits.signal?.throwIfAborted();
    const transfer = 'bytes' in request.source ? [request.source.bytes.buffer as ArrayBuffer] : []; // made by us for this
    worker.postMessage(request, transfer);
    return await promise;
  } finally {
    clearTimeout(late);
    clearInterval(watch);
    limits.signal?.removeEventListener('abort', abort);
    worker.off('message', take).off('error', crash).off('exit', end);
  }
}

/** Whether it is only the document that the request failed for, and the thread is well. */
export function isAlive(error: unknown): boolean {
  return error instanceof DocumentError && !fatal.has(error);
}

const fatal = new WeakSet<DocumentError>();

function fatalError(
  code: 'timeout' | 'too-large' | 'corrupt',
  message: string,
  cause?: unknown,
): DocumentError {
  const error = new DocumentError(code, message, cause);
  fatal.add(error);
  return error;
}

function timeout(seconds: number): DocumentError {
  return fatalError('timeout', `Reading it takes longer than ${seconds} seconds.`);
}

function tooMuchMemory(): DocumentError {
  return fatalError('too-large', 'Reading it takes more memory than is permitted.');
}

function crashError(error: unknown): DocumentError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return tooMuchMemory();
  return fatalError('corrupt', 'Reading it ended in a crash.', error);
}

/** Buffers are outside of the heap, so that a thread may take all memory of the machine for them. */
function watchMemory(worker: Worker, memory: number, refuse: () => void): NodeJS.Timeout {
  return setInterval(() => {
    worker.getHeapStatistics().then(
      ({ external_memory: bytes }) => bytes > memory * 1024 * 1024 && refuse(),
      () => undefined, // it has just ended
    );
  }, 100);
}
