import type { WebSocket } from 'ws';

/** How often a client is asked whether it is still there. */
const everyMs = 15_000;

/**
 * Keeps a quiet socket open through proxies, and ends one whose client is gone without a word: who has answered nothing and taken
 * nothing in between two asks. The returned function stops it.
 */
export function keepAlive(socket: WebSocket, milliseconds = everyMs): () => void {
  let heard = true;
  let unsent = 0;
  const hear = () => {
    heard = true;
  };
  const timer = setInterval(() => {
    const moves = socket.bufferedAmount < unsent;
    if (!heard && !moves) return socket.terminate();
    heard = false;
    unsent = socket.bufferedAmount;
    socket.ping();
  }, milliseconds);
  timer.unref();
  socket.on('pong', hear);
  socket.on('message', hear);
  return () => {
    clearInterval(timer);
    socket.off('pong', hear);
    socket.off('message', hear);
  };
}
