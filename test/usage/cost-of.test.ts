import { expect, test } from 'vitest';
import type { Usage } from '../../src/message.ts';
import { costOf, type Rates, worstCostOf } from '../../src/usage/cost-of.ts';

/** Nano-dollars for a million tokens: $2, $0.50, $8 and so on. */
const rates: Rates = {
  version: 'v',
  input: 2_000_000_000n,
  cachedInput: 500_000_000n,
  cacheWrite: 2_500_000_000n,
  audioInput: 40_000_000_000n,
  output: 8_000_000_000n,
  reasoning: 9_000_000_000n,
  audioOutput: 80_000_000_000n,
};

function usage(input: number, output: number, more: Partial<Usage> = {}): Usage {
  return { input_tokens: input, output_tokens: output, total_tokens: input + output, ...more };
}

test('each kind of token has its price, and parts are not counted twice', () => {
  expect(costOf(usage(1_000, 100), rates)).toBe(2_000_000n + 800_000n);
  const cached = usage(1_000, 100, {
    input_token_details: { cache_read: 600, cache_creation: 100, audio: 50 },
    output_token_details: { reasoning: 40, audio: 10 },
  });
  const input = 250n * 2_000n + 600n * 500n + 100n * 2_500n + 50n * 40_000n;
  const output = 50n * 8_000n + 40n * 9_000n + 10n * 80_000n;
  expect(costOf(cached, rates)).toBe(input + output);
});

test('parts that are more than the whole are counted up to it', () => {
  const odd = usage(100, 0, { input_token_details: { cache_read: 900, audio: 5 } });
  expect(costOf(odd, rates)).toBe(100n * 500n);
});

test('parts of a nano-dollar are rounded up, once a call', () => {
  expect(costOf(usage(1, 0), { ...rates, input: 1n })).toBe(1n);
  expect(costOf(usage(3, 0), { ...rates, input: 1_000_000n })).toBe(3n);
});

test('no call with as many tokens costs more than the worst', () => {
  const kinds: Usage[] = [
    usage(100, 50),
    usage(100, 50, { input_token_details: { audio: 100 }, output_token_details: { audio: 50 } }),
    usage(100, 50, { input_token_details: { cache_creation: 100 }, output_token_details: { reasoning: 50 } }),
  ];
  const worst = worstCostOf(100, 50, rates);
  for (const kind of kinds) expect(costOf(kind, rates)).toBeLessThanOrEqual(worst);
  expect(worst).toBe(100n * 40_000n + 50n * 80_000n);
});
