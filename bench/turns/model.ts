/**
 * The scripted model of the scenario: a process of its own that speaks OpenAI's streaming chat completions. Started by `startModel`,
 * which it tells its port; `PUT /pace` sets its delays, `GET /times` tells how long the model took for each question, and forgets it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nextReply } from './script.ts';
import type { Pace } from './start-model.ts';
import { streamOf } from './wire.ts';

let pace: Pace = { firstMs: 0, tokenMs: 0 };
/** Milliseconds by the number of the question, over all replies to it. */
let times = new Map<number, number>();

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', 4096, () => process.send?.((server.address() as AddressInfo).port)); // listens on TCP
process.on('disconnect', () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readAll(request);
  if (request.url === '/pace') {
    pace = JSON.parse(body);
    response.end();
  } else if (request.url === '/times') {
    response.end(JSON.stringify([...times]));
    times = new Map();
  } else await reply(body, response);
}

/** Counts from when the request is there to when the last piece is written. */
async function reply(body: string, response: ServerResponse): Promise<void> {
  const began = performance.now();
  const { messages, tools = [] } = JSON.parse(body);
  const names = tools.map((tool: { function: { name: string } }) => tool.function.name);
  const said = nextReply(messages, names);
  const pieces = streamOf(said);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (pace.firstMs > 0 || pace.tokenMs > 0) await write(pieces, response);
  else response.end(pieces.join(''));
  times.set(said.number, (times.get(said.number) ?? 0) + performance.now() - began);
}

/** A piece every so often; where the process is late, all that are due at once. */
function write(pieces: string[], response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const first = performance.now() + pace.firstMs;
    let written = 0;
    const next = () => {
      if (response.destroyed) return resolve();
      const due =
        pace.tokenMs > 0 ? 1 + Math.floor((performance.now() - first) / pace.tokenMs) : pieces.length;
      const until = Math.min(Math.max(due, written), pieces.length);
      const text = pieces.slice(written, until).join('');
      written = until;
      if (written === pieces.length) {
        response.end(text);
        resolve();
        return;
      }
      if (text) response.write(text);
      setTimeout(next, Math.max(1, first + written * pace.tokenMs - performance.now()));
    };
    setTimeout(next, pace.firstMs);
  });
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
