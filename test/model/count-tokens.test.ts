import { expect, test } from 'vitest';
import { boundTokens, countTokens, guessTokens } from '../../src/model/count-tokens.ts';

// The figures are those of OpenAI's own tokenizer (github.com/openai/tiktoken).
test.each([
  ['openai:gpt-4o', '2 + 2 = 4', 7],
  ['openai:gpt-4', '2 + 2 = 4', 7],
  ['openai:gpt-4.1', 'antidisestablishmentarianism', 6],
  ['openai:gpt-4', 'antidisestablishmentarianism', 6],
  ['openai:gpt-4.1-mini', 'お誕生日おめでとう', 8],
  ['openai:gpt-3.5-turbo', 'お誕生日おめでとう', 9],
  ['anthropic:claude', 'お誕生日おめでとう', 8],
  ['openai:text-embedding-3-small', 'お誕生日おめでとう', 9],
  ['openai:gpt-5', '<|endoftext|>', 7],
  ['openai:gpt-5', '', 0],
])('%s has as many tokens of %j as OpenAI counts: %i', async (model, text, tokens) => {
  expect(await countTokens(model, [text])).toBe(tokens);
});

test.each([
  ['letters', 'a'.repeat(1_000_000)],
  ['blanks', ' '.repeat(1_000_000)],
  ['line ends', '\n'.repeat(1_000_000)],
  ['marks', '!'.repeat(1_000_000)],
  ['half surrogate pairs', '\ud800'.repeat(100_000)],
  ['emoji', '👩‍👩‍👧‍👦'.repeat(20_000)],
  ['Han', '漢'.repeat(200_000)],
])(
  'a million %s in a row are counted in bounded time, never as more than there are bytes',
  async (_, text) => {
    const began = performance.now();
    const tokens = await countTokens('openai:gpt-4o', [text]);
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(tokens).toBeGreaterThan(text.length / 200);
    expect(tokens).toBeLessThanOrEqual(boundTokens([text.toWellFormed()]));
  },
);

test('what a long run is cut into changes its count by little', async () => {
  const word = 'pneumonoultramicroscopicsilicovolcanoconiosis';
  const parts = await countTokens('openai:gpt-4o', [Array.from({ length: 100 }, () => word).join(' ')]);
  const run = await countTokens('openai:gpt-4o', [word.repeat(100)]);
  expect(run).toBeGreaterThan(parts * 0.8);
  expect(run).toBeLessThan(parts * 1.3);
});

test('the event loop goes on while tokens are counted', async () => {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, 5);
  await countTokens('openai:gpt-4o', [Array.from({ length: 20_000 }, (_, at) => `word${at}`).join(' ')]);
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(0);
});

test('a guess has a token for four characters of each text, begun ones counted', () => {
  expect(guessTokens(['12345', '1', ''])).toBe(3);
});
