/**
 * A model of OpenAI's chat completions that says what a script tells it, token by token: for load and for chaos.
 *
 *   node bench/model-server.ts [--port 4010] [--tokens 60] [--first-ms 50] [--token-ms 15]
 *
 * By itself it answers everything with so many numbered words. Services find it through `OPENAI_BASE_URL`.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

/** A message of the request, as the wire has it. */
export interface AskedMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: unknown;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

export interface Asked {
  model: string;
  messages: AskedMessage[];
  /** The names of the tools that may be called. */
  tools: string[];
}

/** What the model says: its tokens, or calls of tools; and how long it takes, in milliseconds. */
export interface Said {
  tokens: string[];
  calls: { name: string; args: object }[];
  firstMs: number;
  tokenMs: number;
}

export interface ModelServer {
  /** What goes into `OPENAI_BASE_URL`. */
  url: string;
  /** Requests so far. */
  asked: number;
  stop(): void;
}

/** Starts the server. Every reply and every call gets a new id, as providers give them. */
export async function startModelServer(script: (asked: Asked) => Said, port = 0): Promise<ModelServer> {
  const server = createServer((request, response) => {
    model.asked += 1;
    answer(request, response, script).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: taken } = server.address() as AddressInfo; // a server that listens on TCP
  const model: ModelServer = {
    url: `http://127.0.0.1:${taken}/v1`,
    asked: 0,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
  return model;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  script: (asked: Asked) => Said,
): Promise<void> {
  const body = JSON.parse(await readAll(request));
  const tools: { function: { name: string } }[] = body.tools ?? [];
  const said = script({ ...body, tools: tools.map(({ function: { name } }) => name) });
  const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: body.model };
  await (body.stream ? stream(response, head, said) : respond(response, head, said));
}

type Head = { id: string; created: number; model: string };

async function stream(response: ServerResponse, head: Head, said: Said): Promise<void> {
  const write = (choices: object[], usage?: object) => {
    const chunk = { ...head, object: 'chat.completion.chunk', choices, ...(usage && { usage }) };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const say = (delta: object, finish: string | null = null) =>
    write([{ index: 0, delta, finish_reason: finish }]);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  await sleep(said.firstMs);
  say({ role: 'assistant', content: '' });
  for (const token of said.tokens) {
    if (response.destroyed) return;
    say({ content: token });
    if (said.tokenMs > 0) await sleep(said.tokenMs);
  }
  if (said.calls.length > 0) say({ tool_calls: callsOf(said).map((call, index) => ({ index, ...call })) });
  say({}, said.calls.length > 0 ? 'tool_calls' : 'stop');
  write([], usageOf(said));
  response.end('data: [DONE]\n\n');
}

async function respond(response: ServerResponse, head: Head, said: Said): Promise<void> {
  await sleep(said.firstMs + said.tokens.length * said.tokenMs);
  const called = said.calls.length > 0;
  const message = {
    role: 'assistant',
    content: said.tokens.join(''),
    ...(called && { tool_calls: callsOf(said) }),
  };
  const choices = [{ index: 0, message, finish_reason: called ? 'tool_calls' : 'stop' }];
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ ...head, object: 'chat.completion', choices, usage: usageOf(said) }));
}

function callsOf({ calls }: Said): object[] {
  return calls.map(({ name, args }) => ({
    id: `call_${randomUUID().replaceAll('-', '')}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));
}

function usageOf({ tokens, calls }: Said): object {
  const completion = tokens.length + 8 * calls.length;
  return { prompt_tokens: 10, completion_tokens: completion, total_tokens: 10 + completion };
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4010' },
      tokens: { type: 'string', default: '60' },
      'first-ms': { type: 'string', default: '50' },
      'token-ms': { type: 'string', default: '15' },
    },
  });
  const tokens = Array.from({ length: Number(values.tokens) }, (_, at) => `${at === 0 ? '' : ' '}word-${at}`);
  const said: Said = {
    tokens,
    calls: [],
    firstMs: Number(values['first-ms']),
    tokenMs: Number(values['token-ms']),
  };
  const { url } = await startModelServer(() => said, Number(values.port));
  process.stdout.write(`OPENAI_BASE_URL=${url}\n`);
}

if (import.meta.main) await main();
