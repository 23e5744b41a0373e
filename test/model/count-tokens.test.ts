import { expect, test } from 'vitest';
import { boundTokens, countTokens, guessTokens } from '../../src/model/count-tokens.ts';
import { growthOf, mostGrowth } from '../support/growth.ts';

/** Where counting takes too long, tokens are guessed; the first time it waits for what it counts with. */
const patience = { timeout: 50_000 };

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
  await expect.poll(() => countTokens(model, [text]), patience).toBe(tokens);
});

test.each([
  ['letters', 'a', 1_000_000],
  ['blanks', ' ', 1_000_000],
  ['line ends', '\n', 1_000_000],
  ['marks', '!', 1_000_000],
  ['half surrogate pairs', '\ud800', 20_000],
  ['emoji', '👩‍👩‍👧‍👦', 8_000],
  ['Han', '漢', 40_000],
])(
  'very many %s in a row take no longer to count than they are long, and are never more than there are bytes',
  async (_, sign, whole) => {
    const count = async (length: number) => {
      const text = sign.repeat(length);
      const tokens = await countTokens('openai:gpt-4o', [text]);
      expect(tokens).toBeGreaterThan(text.length / 200);
      expect(tokens).toBeLessThanOrEqual(boundTokens([text.toWellFormed()]));
    };
    expect(await growthOf(count, whole)).toBeLessThan(mostGrowth);
  },
  120_000,
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
