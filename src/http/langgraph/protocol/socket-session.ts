import type { WebSocket } from 'ws';
import { CallerError } from '../../../errors.ts';
import { StreamMovedError } from '../../../turn/stream-moved-error.ts';
import { faultOf } from '../../fault.ts';
import { answerCommand, type CommandContext, errorFrame } from './answer-command.ts';
import { CommandError } from './command-error.ts';
import { keepAlive } from './keep-alive.ts';
import { socketWriter } from './socket-writer.ts';
import { openSubscriptions } from './subscriptions.ts';

/** What a client and a socket have to do with each other. */
export interface Session {
  /** Takes in a frame. Commands are carried out one after the other. */
  receive(data: unknown): void;
  /** The socket is closed. */
  end(): void;
}

/** Commands that may wait; a client that sends more is not read for a while. */
const mostWaiting = 32;
/** How often it is asked whether who opened a quiet socket might still open it, in milliseconds. */
const standingMs = 15_000;
/** How long a client may take to answer that the socket closes. */
const closeMs = 1_000;

/**
 * Serves one thread's commands and events on one socket until either side closes it. Close codes are 4000 and the status that
 * HTTP has for the reason.
 */
export function openSession(where: CommandContext, socket: WebSocket): Session {
  const { closed } = where.context.turns;
  const ended = new AbortController();
  const write = socketWriter(socket, ended.signal);
  let waiting = 0;
  let last = Promise.resolve();
  const letGo = keepAlive(socket);
  const { methods, run } = openSubscriptions(where, {
    write,
    settled: () => last,
    signal: ended.signal,
  });

  async function assertStanding(): Promise<void> {
    if (!where.mayGoOn || (await where.mayGoOn())) return;
    throw new CallerError('unauthenticated', 'Your key or token is not valid any more.');
  }

  async function answer(data: unknown): Promise<void> {
    await assertStanding();
    const json = read(data);
    const frame =
      json === undefined
        ? errorFrame(where, null, new CommandError('invalid_argument', 'A command is a text of JSON.'))
        : await answerCommand({ ...where, own: methods }, json);
    if (frame) await write(frame);
  }

  function close(error: unknown): void {
    if (ended.signal.aborted) return;
    const moved = error instanceof StreamMovedError;
    const { status, message } = faultOf(error);
    if (!moved && status === 500) where.log.error({ err: error }, 'a socket failed');
    socket.close(moved ? 4503 : 4000 + status, moved ? 'The service is stopping.' : message.slice(0, 100));
    setTimeout(() => socket.terminate(), closeMs).unref();
  }

  const stop = () => close(new StreamMovedError());
  if (closed.signal.aborted) stop();
  closed.signal.addEventListener('abort', stop, { once: true });
  run().catch(close);
  const watch = setInterval(() => assertStanding().catch(close), standingMs);
  watch.unref();

  return {
    receive(data) {
      waiting += 1;
      if (waiting >= mostWaiting) socket.pause();
      last = last
        .then(() => (ended.signal.aborted ? undefined : answer(data)))
        .catch(close)
        .finally(() => {
          waiting -= 1;
          if (socket.isPaused && waiting < mostWaiting) socket.resume();
        });
    },
    end() {
      ended.abort();
      letGo();
      clearInterval(watch);
      closed.signal.removeEventListener('abort', stop);
    },
  };
}

/** The JSON of a frame; undefined when it is none. */
function read(data: unknown): unknown {
  if (typeof data !== 'string') return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
