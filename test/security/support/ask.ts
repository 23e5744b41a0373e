import { Agent, type BodyInit, fetch, type Response } from 'undici';
import { expect } from 'vitest';
import { z } from 'zod';

export interface Sent {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  /** Whether a stream is read to its end. */
  whole?: boolean;
}

export interface Answered {
  status: number;
  headers: Response['headers'];
  /** Of a stream, what came within a moment; of an answer that is long in coming, nothing. */
  text: string;
}

/** How long any answer may be in beginning, in milliseconds. */
export const patienceMs = 10_000;

/** How much of a stream is listened to, in milliseconds, and how long at most for its first word. */
const listenMs = 40;
const firstMs = 1_000;

/** A connection for each request: what one does to its connection is nothing to the next. */
const dispatcher = new Agent({ pipelining: 0 });

/** Sends a request over the network. Rejects when no answer begins in time. */
export async function ask(url: string, { method, path, headers = {}, body, whole }: Sent): Promise<Answered> {
  const late = AbortSignal.timeout(patienceMs);
  const carries = body !== undefined && method !== 'GET' && method !== 'HEAD';
  const init = { dispatcher, method, headers, signal: late, redirect: 'manual' as const };
  const response = await fetch(`${url}${path}`, {
    ...init,
    ...(carries && { body, ...(body instanceof ReadableStream && { duplex: 'half' }) }),
  });
  const streams = response.headers.get('content-type')?.startsWith('text/event-stream');
  const text = streams && !whole ? await beginningOf(response) : await response.text();
  return { status: response.status, headers: response.headers, text };
}

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  const leave = () => void reader.cancel().catch(() => undefined);
  let text = '';
  let timer = setTimeout(() => {
    if (text) leave();
    else timer = setTimeout(leave, firstMs);
  }, listenMs);
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const isFirst = text === '';
    text += decoder.decode(part.value, { stream: true });
    if (isFirst) {
      clearTimeout(timer);
      timer = setTimeout(leave, listenMs);
    }
  }
  clearTimeout(timer);
  return text;
}

const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
});
const detail = z.object({ detail: z.string() });
const errorObject = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});
const rpcError = z.object({
  jsonrpc: z.literal('2.0'),
  error: z.object({ code: z.int(), message: z.string() }),
});
/** What MCP's library says of parameters that do not fit is the list of zod's issues, under the code for failures of a server. */
const refusedByLibrary = /"error":\{"code":-32603,"message":"\[\\n {2}\{/;
const socketError = z.object({ type: z.literal('error') });

/** Holds an answer to what every door promises of every request: no failure of ours, and mistakes in the door's own shape. */
export function expectDecent(path: string, answer: Answered, about: string): void {
  const context = `${about} → ${answer.status} ${answer.text.slice(0, 300)}`;
  if (path.startsWith('/mcp') && answer.status === 200 && refusedByLibrary.test(answer.text)) return;
  expect(answer.status, context).toBeLessThan(500);
  expect(answer.text, context).not.toMatch(/node_modules|\bat \w+ \(|"code":-32603|"code":"internal"/);
  if (answer.status < 400) return;
  const shape = shapeAt(path);
  const read = shape.safeParse(parsed(answer.text));
  expect(read.success, `the shape of the door: ${context}`).toBe(true);
}

function shapeAt(path: string): z.ZodType {
  if (/^\/v1(\/|$)/.test(path)) return errorObject;
  if (/^\/mcp(\/|$)|^\/a2a\/[^/]+\/?$/.test(path)) return rpcError;
  if (/^\/threads\/[^/]+\/commands$/.test(path)) return z.union([socketError, detail]);
  if (/^\/(ok|info|assistants|threads|runs|store)(\/|$)/.test(path)) return detail;
  return problem;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
