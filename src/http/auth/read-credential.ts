import type { Context } from 'hono';

/** A browser can give a socket no header, but names of protocols. */
const protocolPrefix = 'baton.bearer.';

/**
 * The key or token that a request brings: `Authorization: Bearer`, as OpenAI's clients send it, `X-Api-Key`, as LangGraph's do, or for a
 * WebSocket one of its protocols, `baton.bearer.<key or token>`.
 */
export function readCredential(c: Context): string | undefined {
  const [, bearer] = /^bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '') ?? [];
  return bearer ?? (c.req.header('x-api-key')?.trim() || protocolCredential(c));
}

function protocolCredential(c: Context): string | undefined {
  const offered = c.req.header('sec-websocket-protocol')?.split(',') ?? [];
  return offered
    .map((name) => name.trim())
    .find((name) => name.startsWith(protocolPrefix))
    ?.slice(protocolPrefix.length);
}
