import { HttpResponse, http } from 'msw/http';
import { setupServer } from 'msw/node';
import { getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { JsonObject } from '../../src/message.ts';
import { FetchDispatcher } from './fetch-dispatcher.ts';

export const wireUrl = 'https://models.test/v1';

/** A request as it came over the wire. */
export interface WireRequest {
  path: string;
  headers: Headers;
  body: JsonObject;
}

export type WireAnswer = (request: WireRequest) => Response | Promise<Response>;

/**
 * A server that speaks OpenAI's protocol at `wireUrl`, for one test file. It gives the answers of `willAnswer`,
 * one a request, and refuses every other request, wherever it goes. `requests` are those of the running test.
 */
export function standAtWire() {
  const requests: WireRequest[] = [];
  const seen: string[] = [];
  let answers: WireAnswer[] = [];
  const server = setupServer(
    http.post(`${wireUrl}/*`, async ({ request }) => {
      const path = new URL(request.url).pathname.replace('/v1', '');
      const asked = { path, headers: request.headers, body: (await request.json()) as JsonObject }; // a client's JSON
      requests.push(asked);
      const answer = answers.shift();
      return answer ? answer(asked) : failure(500, { message: 'the test has no answer left' });
    }),
  );
  server.events.on('request:start', ({ request }) => {
    seen.push(request.url);
  });
  const dispatcher = getGlobalDispatcher();
  beforeAll(() => {
    server.listen({ onUnhandledFrame: 'error' });
    setGlobalDispatcher(new FetchDispatcher(new URL(wireUrl).origin, dispatcher));
  });
  afterEach(() => {
    requests.length = 0;
    seen.length = 0;
    answers = [];
  });
  afterAll(() => {
    setGlobalDispatcher(dispatcher);
    server.close();
  });
  return {
    requests,
    /** Every address that was asked, whether there was an answer or not. */
    seen,
    willAnswer(...next: WireAnswer[]) {
      answers.push(...next);
    },
  };
}

/** One piece of a streamed completion. */
export function delta(part: JsonObject, finish: string | null = null): JsonObject {
  const choice = { index: 0, delta: part, finish_reason: finish };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'wire-model',
    choices: [choice],
  };
}

/** A piece of a tool call in a stream. */
export function callDelta(index: number, name: string | undefined, args: string, id?: string): JsonObject {
  return delta({
    tool_calls: [
      { index, ...(id && { id }), type: 'function', function: { ...(name && { name }), arguments: args } },
    ],
  });
}

/** The last chunk, where usage was asked for. */
export function usage(prompt: number, completion: number): JsonObject {
  const counts = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  return { ...delta({}), choices: [], usage: counts };
}

/** Answers with a whole stream. */
export function streamed(...chunks: JsonObject[]): WireAnswer {
  return () =>
    eventStream((write, end) => {
      for (const chunk of chunks) write(chunk);
      write('[DONE]');
      end();
    });
}

/** Answers with the text, word by word. */
export function said(text: string): WireAnswer {
  const words = text.match(/\S+\s*/g) ?? [];
  return streamed(
    delta({ role: 'assistant', content: '' }),
    ...words.map((word) => delta({ content: word })),
    delta({}, 'stop'),
    usage(12, words.length),
  );
}

/** Sends the chunks, and then nothing more: the stream stays open. */
export function stalled(...chunks: JsonObject[]): WireAnswer {
  return () => eventStream((write) => chunks.forEach(write), unfinished);
}

/** Sends the chunks, and then the connection breaks. */
export function cut(...chunks: JsonObject[]): WireAnswer {
  return () =>
    eventStream((write, _, fail) => {
      chunks.forEach(write);
      // The chunks are read before the error only if it comes later than they do.
      setTimeout(fail, 5);
    }, unfinished);
}

/** Never answers. */
export function silent(): WireAnswer {
  return () => new Promise<Response>(() => {});
}

/** The connection cannot be made. */
export function unreachable(): WireAnswer {
  return () => HttpResponse.error();
}

export function failed(
  status: number,
  error: JsonObject = {},
  headers: Record<string, string> = {},
): WireAnswer {
  return () => failure(status, error, headers);
}

/** Embeds each text as the vector that `embed` makes of it. */
export function embedded(embed: (text: string) => number[]): WireAnswer {
  return ({ body }) => {
    const texts = Array.isArray(body.input) ? body.input : [body.input ?? ''];
    const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: embed(String(text)) }));
    return HttpResponse.json({
      object: 'list',
      data,
      model: 'wire-embed',
      usage: { prompt_tokens: 1, total_tokens: 1 },
    });
  };
}

/** Without a length, a connection that closes is the end of the answer, and not a broken one. */
const unfinished = { 'content-length': '1000000' };

function failure(status: number, error: JsonObject, headers: Record<string, string> = {}): Response {
  return HttpResponse.json({ error: { message: 'no', type: 'error', ...error } }, { status, headers });
}

function eventStream(
  start: (write: (chunk: JsonObject | string) => void, end: () => void, fail: () => void) => void,
  headers: Record<string, string> = {},
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    start(controller) {
      start(
        (chunk) => {
          const text = typeof chunk === 'string' ? chunk : JSON.stringify(chunk);
          controller.enqueue(encoder.encode(`data: ${text}\n\n`));
        },
        () => controller.close(),
        () => controller.error(new TypeError('terminated')),
      );
    },
  });
  return new HttpResponse(body, { headers: { 'content-type': 'text/event-stream', ...headers } });
}
