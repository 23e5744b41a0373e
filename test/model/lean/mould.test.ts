import { expect, test } from 'vitest';
import { openMould } from '../../../src/model/lean/mould.ts';

const read = (json: string): string | undefined => JSON.parse(json).choices?.[0]?.delta?.content;
const chunkOf = (content: string, more: object = {}) =>
  JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content }, finish_reason: null }], ...more });

test('the text of a chunk is read by what stands around it, once that was learnt', () => {
  const mould = openMould(read);
  expect(mould.fill(chunkOf('one'))).toBeUndefined();
  mould.learn(chunkOf('one'), 'one');
  for (const text of ['two', '', ' ', 'Ä', '日本 👩‍👩‍👧', "it's {}[]:,"])
    expect(mould.fill(chunkOf(text))).toBe(text);
});

test.each(['"', '\\', '\n', '\t', '\u0000', 'a"b', 'tail\\'])(
  'a text with %j in it is left to the parser',
  (text) => {
    const mould = openMould(read);
    mould.learn(chunkOf('one'), 'one');
    expect(mould.fill(chunkOf(text))).toBeUndefined();
  },
);

test('a chunk that says more, or ends otherwise, is left to the parser', () => {
  const mould = openMould(read);
  mould.learn(chunkOf('one'), 'one');
  expect(mould.fill(chunkOf('two', { usage: { total_tokens: 1 } }))).toBeUndefined();
  expect(mould.fill(chunkOf('two').replace('null', '"stop"'))).toBeUndefined();
  expect(mould.fill(chunkOf('two","role":"user'))).toBeUndefined();
});

test('the same words in another place are not taken for the text', () => {
  const mould = openMould(read);
  const elsewhere = `{"content":"one","choices":[{"delta":{"content": "one"}}]}`;
  mould.learn(elsewhere, read(elsewhere));
  expect(mould.fill(elsewhere.replace('"one"', '"two"'))).toBeUndefined();
});
