import { expect, test } from 'vitest';
import { createOpenAiEmbedder } from '../../src/model/openai-embedder.ts';
import type { RetryPolicy } from '../../src/model/with-retries.ts';
import { oneWay } from '../support/one-way.ts';
import { embedded, failed, silent, standAtWire, wireUrl } from '../support/openai-wire.ts';

const wire = standAtWire();
const clock = { now: () => 0, random: () => 0, wait: async () => {} };

function open(model = 'some-embedder', policy: Partial<RetryPolicy> = {}) {
  const options = { name: `openai:${model}`, retries: 1, timeoutMs: 10_000, clock, ...policy };
  const connect = () => ({ apiKey: 'sk-secret', baseUrl: wireUrl });
  return createOpenAiEmbedder(model, oneWay({ connect }), options);
}

test('texts become vectors of unit length, in order, and the first answer tells how long they are', async () => {
  wire.willAnswer(embedded((text) => [text.length, 0, 4]));
  const embedder = open();
  expect(embedder.dimensions).toBe(0);
  expect(await embedder.embed(['abc', ''])).toEqual([
    [0.6, 0, 0.8],
    [1 / Math.sqrt(17), 0, 4 / Math.sqrt(17)],
  ]);
  expect(embedder.dimensions).toBe(3);
  expect(wire.requests[0]).toMatchObject({
    path: '/embeddings',
    body: { model: 'some-embedder', input: ['abc', ' '], encoding_format: 'float' },
  });
});

test("the dimensions of OpenAI's models are known before", () => {
  expect(open('text-embedding-3-small').dimensions).toBe(1536);
});

test('many texts go in batches', async () => {
  wire.willAnswer(...Array.from({ length: 3 }, () => embedded((text) => [Number(text), 1])));
  const vectors = await open().embed(Array.from({ length: 600 }, (_, index) => String(index)));
  expect(vectors).toHaveLength(600);
  expect(vectors[599]?.[0]).toBeCloseTo(1, 4);
  expect(wire.requests.map(({ body }) => (body.input as unknown[]).length)).toEqual([256, 256, 88]); // what was sent
});

test('no texts need no request', async () => {
  expect(await open().embed([])).toEqual([]);
});

test('a failure of the moment is tried again, and one that stays is an error without secrets', async () => {
  wire.willAnswer(
    failed(503),
    embedded(() => [1]),
  );
  expect(await open().embed(['a'])).toEqual([[1]]);
  wire.willAnswer(failed(401, { message: 'Incorrect API key: sk-secret' }));
  const error = await open()
    .embed(['a'])
    .catch((thrown) => thrown);
  expect(error).toMatchObject({ name: 'ModelError', reason: 'rejected' });
  expect(error.message).not.toContain('sk-secret');
});

test('vectors of another length than the model has are a misbehaviour', async () => {
  wire.willAnswer(embedded(() => [1, 2]));
  const asked = open('text-embedding-3-large').embed(['a']);
  await expect(asked).rejects.toMatchObject({ name: 'ModelError', reason: 'misbehaved' });
});

test('a server that does not answer is given up, and a cancelled turn ends at once', async () => {
  wire.willAnswer(silent());
  await expect(open('m', { retries: 0, timeoutMs: 40 }).embed(['a'])).rejects.toMatchObject({
    reason: 'timeout',
  });
  const reason = new Error('the user went away');
  wire.willAnswer(silent());
  const cancel = new AbortController();
  const asked = open().embed(['a'], cancel.signal);
  cancel.abort(reason);
  await expect(asked).rejects.toBe(reason);
});
