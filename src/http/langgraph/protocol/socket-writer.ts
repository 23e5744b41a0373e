import type { WebSocket } from 'ws';

/** What may wait in memory for a slow client, in bytes. */
const mostBuffered = 256 * 1024;

/**
 * Writes frames to a socket. Resolves when there is room for another one, or when the signal aborts: who waits for it
 * costs a slow client's connection no more memory than that.
 */
export function socketWriter(socket: WebSocket, signal: AbortSignal): (frame: object) => Promise<void> {
  return async (frame) => {
    if (signal.aborted || socket.readyState !== socket.OPEN) return;
    const taken = Promise.withResolvers<void>();
    const stop = () => taken.resolve();
    signal.addEventListener('abort', stop, { once: true });
    socket.send(JSON.stringify(frame), stop); // called when the connection has taken it, or is gone
    if (socket.bufferedAmount > mostBuffered) await taken.promise;
    signal.removeEventListener('abort', stop);
  };
}
