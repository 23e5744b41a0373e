import type { Context } from 'hono';
import type { Fault } from '../fault.ts';

/** Answers in the shape of JSON-RPC, of a request whose id could not be read. */
export function answerRpcError(c: Context, { status, message, issues }: Fault): Response {
  const places = issues.map(({ path, message }) => ` ${path ? `${path}: ` : ''}${message}.`).join('');
  const code = status >= 500 ? -32603 : -32600;
  return c.json({ jsonrpc: '2.0', error: { code, message: `${message}${places}` }, id: null }, status);
}
