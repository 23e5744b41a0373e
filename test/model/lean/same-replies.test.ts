import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProviderChatModel } from '../../../src/model/provider-chat-model.ts';
import { oneWay } from '../../support/one-way.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { wireClients } from '../../support/wire-clients.ts';

/** What the server says, byte by byte as it is cut. */
let pieces: Buffer[] = [];
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) response.write(piece);
    response.end();
  });
});
let baseUrl = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`; // it listens on TCP
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function outcomeOf(client: keyof typeof wireClients) {
  const open = async () => wireClients[client]('gpt-test', { baseUrl });
  const options = { name: 'openai:gpt-test', retries: 0, timeoutMs: 10_000, takesNames: true };
  const heard: string[] = [];
  const request = {
    role: 'fast',
    agent: { name: 'a', examples: [] },
    system: 'Be terse.',
    messages: [{ type: 'human' as const, id: 'h', content: 'Well?' }],
    tools: [],
    signal: new AbortController().signal,
  };
  const reply = await createProviderChatModel(oneWay({ open }), options)(request, (text) =>
    heard.push(text),
  ).catch(({ name, reason, message }) => ({ name, reason, message }));
  return { reply, heard };
}

const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ' word',
      'Ä',
      '日本',
      '👩‍👩‍👧',
      '',
      '"',
      '\\',
      '\n',
      '\u2028',
      'a\tb',
      '\ufeff',
      'probe',
    ),
  },
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const call = fc.record(
  {
    index: fc.constantFrom(0, 1, 2, null),
    id: fc.constantFrom('a', 'b', '', null),
    function: fc.record(
      {
        name: fc.constantFrom('run_sql', 'look', '', null),
        arguments: fc.oneof(
          fc.constantFrom('{"a":', '1}', '{}', '[1]', '', null),
          fc.constant({ a: 1 }),
          text,
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['function'] },
);
const delta = fc.record(
  {
    role: fc.constant('assistant'),
    content: fc.oneof(
      { weight: 5, arbitrary: text },
      fc.constant(null),
      fc.constant([{ type: 'text', text: 'part' }]),
    ),
    tool_calls: fc.oneof(fc.array(call, { maxLength: 2 }), fc.constant(null)),
    reasoning_content: text,
    refusal: fc.constantFrom(null, 'No.'),
  },
  { requiredKeys: [] },
);
const said = fc.record({ content: text });
const usage = fc.record({
  prompt_tokens: fc.integer({ min: 1, max: 5_000 }),
  completion_tokens: fc.integer({ min: 0, max: 500 }),
  total_tokens: fc.integer({ min: 1, max: 6_000 }),
  prompt_tokens_details: fc.constantFrom(
    undefined,
    null,
    { cached_tokens: 3 },
    { audio_tokens: null, cache_write_tokens: 2 },
  ),
  completion_tokens_details: fc.constantFrom(undefined, null, { reasoning_tokens: 900 }, { audio_tokens: 1 }),
});
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'wire-model' };
const choiceOf = (part: fc.Arbitrary<object>, finish: fc.Arbitrary<string | null>) =>
  fc.tuple(part, finish).map(([of, finish_reason]) => ({ index: 0, delta: of, finish_reason }));
const ending = fc.constantFrom('stop', 'length', 'content_filter', 'tool_calls', '');
const chunk = fc.oneof(
  {
    weight: 12,
    arbitrary: choiceOf(said, fc.constant(null)).map((choice) => ({ ...head, choices: [choice] })),
  },
  {
    weight: 4,
    arbitrary: choiceOf(delta, fc.constant(null)).map((choice) => ({
      ...head,
      choices: [choice],
      usage: null,
    })),
  },
  choiceOf(delta, ending).map((choice) => ({ ...head, choices: [choice] })),
  usage.map((told) => ({ ...head, choices: [], usage: told })),
  fc
    .tuple(choiceOf(said, fc.constant(null)), text)
    .map(([choice, obfuscation]) => ({ ...head, choices: [choice], obfuscation })),
  fc.constantFrom<object>({ ...head, choices: [] }, { ...head, choices: [{ index: 0 }] }, head, {
    content: 'x',
    ...head,
  }),
);
const trouble = fc.oneof(
  { weight: 30, arbitrary: fc.constant('') },
  fc.constantFrom(
    '{"error":{"message":"overloaded","code":"overloaded"}}',
    '{"error":"no"}',
    'not json',
    'null',
    '5',
    '{"choices":"text"}',
    '[]',
  ),
);
const blank = fc.constantFrom('\n', '\r\n', '\r');
const between = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  fc.constantFrom(': ping', 'id: 7', 'retry: 10', ':', 'datax: 1', 'event: message'),
);
const label = fc.constantFrom('data: ', 'data:');
const kinds = fc.oneof(
  { weight: 40, arbitrary: fc.constant('') },
  fc.constantFrom('event: error', 'event: thread.created', 'event:', 'event: ping'),
);

const script = fc.record({
  events: fc.array(fc.record({ chunk, trouble, comment: between, label, kind: kinds, split: fc.boolean() }), {
    maxLength: 14,
  }),
  told: usage,
  eol: blank,
  mark: fc.boolean(),
  ending: fc.constantFrom('done', 'end', 'open', 'more'),
  cuts: fc.array(fc.nat({ max: 4_000 }), { maxLength: 40 }),
});

type Script = typeof script extends fc.Arbitrary<infer Value> ? Value : never;

function bytesOf({ events, told, eol, mark, ending: last }: Script): Buffer {
  const lines = events.flatMap(({ chunk: said, trouble: odd, comment, label: field, kind, split }) => {
    const json = odd || JSON.stringify(said, null, split ? 1 : undefined);
    const data = json.split('\n').map((line) => `${field}${line}`);
    return [...(comment ? [comment] : []), ...(kind ? [kind] : []), ...data, ''];
  });
  const usageEvent = [`data: ${JSON.stringify({ ...head, choices: [], usage: told })}`, ''];
  const ends = {
    done: ['data: [DONE]', '', ''],
    end: [''],
    open: ['data: [DONE]'],
    more: ['data: [DONE]', '', 'data: {"error":"late"}', '', ''],
  };
  return Buffer.from(`${mark ? '\ufeff' : ''}${[...lines, ...usageEvent, ...ends[last]].join(eol)}`);
}

function cutAt(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places]
    .map((from, at) => bytes.subarray(from, places[at]))
    .filter(({ length }) => length > 0);
}

test('whatever a server says, and wherever it is cut, both clients hear the same', async () => {
  await fc.assert(
    fc.asyncProperty(script, async (said) => {
      pieces = cutAt(bytesOf(said), said.cuts);
      const [general, lean] = [await outcomeOf('langchain'), await outcomeOf('lean')];
      expect(lean).toEqual(general);
    }),
    { numRuns: runsOf(300), seed: seedOf(1) },
  );
}, 120_000);
