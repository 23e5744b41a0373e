import { execFile } from 'node:child_process';
import net from 'node:net';
import { promisify } from 'node:util';
import { expect, vi } from 'vitest';
import { type ServiceOptions, startService, type TestService } from '../../support/start-service.ts';

export type Body = Record<string, unknown>;

export interface Answer<Of = Body> {
  status: number;
  headers: Headers;
  body: Of;
}

export interface Knowledge {
  service: TestService;
  /** Asks over the network. A body that is no bytes is sent as JSON. */
  ask<Of = Body>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Of>>;
  /** A new collection. */
  collection(more?: Body): Promise<string>;
  /** Waits until the document is ready or failed. */
  settled(id: unknown): Promise<Body>;
  /** How many bytes there are kept of documents that are not read yet, and how many documents and versions. */
  kept(): Promise<{ contents: number; documents: number; versions: number }>;
  stop(): Promise<void>;
}

let names = 0;

// The first document starts the threads that read, which takes a busy machine a while.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

/** A service that has documents sent to it. */
export async function openKnowledge(options: ServiceOptions = {}): Promise<Knowledge> {
  const { settings = {}, ...others } = options;
  const service = await startService({ settings: { BATON_LIMITS: 'off', ...settings }, ...others });
  const ask: Knowledge['ask'] = async (method, path, body, headers = {}) => {
    const plain = body === undefined || typeof body === 'string' || isBytes(body);
    const type = plain ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: { ...type, ...headers },
      ...(body !== undefined && {
        body: plain ? (body as NonNullable<RequestInit['body']>) : JSON.stringify(body),
        duplex: 'half',
      }),
    } as RequestInit); // whose types do not know `duplex`
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  };
  return {
    service,
    ask,
    async collection(more = {}) {
      const name = `made-${++names}`;
      const { status, body } = await ask('POST', '/api/v1/collections', { name, ...more });
      expect(status, JSON.stringify(body)).toBe(201);
      return name;
    },
    async settled(id) {
      const { body } = await ask('GET', `/api/v1/documents/${id}?wait=60`);
      return body;
    },
    async kept() {
      const { db } = service.context;
      const count = async (table: 'baton.document_content' | 'baton.document' | 'baton.document_version') => {
        const rows = await db.selectFrom(table).select('tenant_id').execute();
        return rows.length;
      };
      return {
        contents: await count('baton.document_content'),
        documents: await count('baton.document'),
        versions: await count('baton.document_version'),
      };
    },
    stop: () => service.stop(),
  };
}

function isBytes(body: unknown): boolean {
  return (
    body instanceof Uint8Array ||
    body instanceof ReadableStream ||
    body instanceof FormData ||
    body instanceof Blob
  );
}

/** A body in as many pieces, each made when it is asked for. */
export function inPieces(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces);
}

/** Posts `megabytes` between a head and a tail from a process of its own, so that what this one holds is the service's alone. */
export async function uploadFromElsewhere(
  url: string,
  headers: Record<string, string>,
  { megabytes, head = '', tail = '' }: { megabytes: number; head?: string; tail?: string },
): Promise<{ status: number; body: Body }> {
  const script = `
    const http = require('node:http');
    const { Readable } = require('node:stream');
    const { url, headers, megabytes, head, tail } = JSON.parse(process.argv[1]);
    async function* pieces() {
      yield Buffer.from(head + ' ');
      for (let at = 0; at < megabytes; at += 1) {
        yield Buffer.alloc(1024 * 1024, 97 + at);
        await new Promise((go) => setTimeout(go, 40)); // at a pace at which what is let go is also collected
      }
      yield Buffer.from(' ' + tail);
    }
    const request = http.request(url, { method: 'POST', headers }, (answer) => {
      let body = '';
      answer.on('data', (piece) => (body += piece));
      answer.on('end', () => console.log(JSON.stringify({ status: answer.statusCode, body: JSON.parse(body) })));
    });
    Readable.from(pieces(), { objectMode: false }).pipe(request);`;
  const told = JSON.stringify({ url, headers, megabytes, head, tail });
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, told]);
  return JSON.parse(stdout);
}

/** Writes a request by hand, and says what came back and whether the other side ended the connection. */
export function raw(
  url: string,
  parts: (string | Buffer)[],
  { leave = false, waitMs = 3_000 }: { leave?: boolean; waitMs?: number } = {},
): Promise<{ text: string; ended: boolean }> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), '127.0.0.1');
    let text = '';
    let ended = false;
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
    });
    socket.on('error', () => {
      ended = true;
    });
    socket.on('end', () => {
      ended = true;
      socket.end();
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve({ text, ended });
    });
    const timer = setTimeout(() => socket.destroy(), waitMs);
    for (const part of parts) socket.write(part);
    if (leave) setTimeout(() => socket.destroy(), 100);
  });
}

export const field = (name: string, value: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
export const file = (name: string, content: string, type = 'text/plain') =>
  `--x\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`;
export const end = '--x--\r\n';
export const form = { 'content-type': 'multipart/form-data; boundary=x' };
