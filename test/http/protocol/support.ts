import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { Client, type ThreadStream } from '@langchain/langgraph-sdk';
import { call, say, transfer } from '../../support/scripted-model.ts';
import type { TestService } from '../../support/start-service.ts';

export interface Wire {
  type: 'event';
  event_id: string;
  seq: number;
  method: string;
  params: { namespace: string[]; timestamp: number; node?: string; data: Record<string, unknown> };
}

export const every = [
  'values',
  'updates',
  'messages',
  'tools',
  'lifecycle',
  'input',
  'checkpoints',
  'tasks',
  'custom',
] as const;

export const input = { messages: [{ role: 'user', content: 'Where is my order 7?' }] };

export function scriptHandoff(service: TestService) {
  return service.script(
    transfer('clerk', { question: 'Where is 7?' }),
    call('look_up', { order: 7 }),
    say('Order 7 is on its way to you.'),
  );
}

export function clientOf(url: string): Client {
  return new Client({ apiUrl: url, apiKey: null, callerOptions: { maxRetries: 0 } });
}

/** A watcher that gathers every event it is given, in the order in which they come. */
export function gather(thread: ThreadStream): Wire[] {
  const seen: Wire[] = [];
  thread.onEvent((event) => seen.push(structuredClone(event) as Wire)); // the client writes into its events
  return seen;
}

export function isTerminal({ method, params }: Wire): boolean {
  return method === 'lifecycle' && /completed|failed|interrupted/.test(String(params.data.event));
}

export interface Proxy {
  url: string;
  /** Breaks every connection there is. */
  cut(): void;
  stop(): void;
}

/** A way to a service on this machine that breaks when it is told to. */
export async function startProxy(target: string): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(target).port), '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined); // the other side is told by the close
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on TCP
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    stop() {
      cut();
      server.close();
    },
  };
}

/** The events of a thread as an own reader of server-sent events gets them, until `enough` says so. */
export async function readEvents(
  url: string,
  threadId: string,
  body: object,
  enough: (events: Wire[]) => boolean,
): Promise<Wire[]> {
  const leave = new AbortController();
  const response = await fetch(`${url}/threads/${threadId}/stream/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: leave.signal,
  });
  const events: Wire[] = [];
  let text = '';
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data) events.push(JSON.parse(data));
    }
    if (enough(events)) break;
  }
  leave.abort();
  return events;
}

/** Sends a command over HTTP. */
export async function command(url: string, threadId: string, body: unknown) {
  const response = await fetch(`${url}/threads/${threadId}/commands`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, frame: (await response.json()) as Frame };
}

export interface Frame {
  type: string;
  id: number | null;
  error?: string;
  message?: string;
  result?: Record<string, unknown>;
  meta?: { thread_id: string; applied_through_seq: number };
  detail?: string;
}
