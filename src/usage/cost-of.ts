import type { Usage } from '../message.ts';

/** What a model costs: nano-dollars for a million tokens of each kind. */
export interface Rates {
  /** Names the price and the day from which it holds, so that a cost can be told later. */
  version: string;
  input: bigint;
  cachedInput: bigint;
  cacheWrite: bigint;
  audioInput: bigint;
  output: bigint;
  reasoning: bigint;
  audioOutput: bigint;
}

const million = 1_000_000n;

/** What a call cost, in nano-dollars; parts of one are rounded up. */
export function costOf(usage: Usage, rates: Rates): bigint {
  const { input_token_details: read = {}, output_token_details: said = {} } = usage;
  const sum =
    costOfParts(usage.input_tokens, rates.input, [
      [read.cache_read, rates.cachedInput],
      [read.cache_creation, rates.cacheWrite],
      [read.audio, rates.audioInput],
    ]) +
    costOfParts(usage.output_tokens, rates.output, [
      [said.reasoning, rates.reasoning],
      [said.audio, rates.audioOutput],
    ]);
  return (sum + million - 1n) / million;
}

/** The most that a call can cost, whatever kinds its tokens turn out to be of. */
export function worstCostOf(promptTokens: number, outputTokens: number, rates: Rates): bigint {
  const input = highest(rates.input, rates.cachedInput, rates.cacheWrite, rates.audioInput);
  const output = highest(rates.output, rates.reasoning, rates.audioOutput);
  return (BigInt(promptTokens) * input + BigInt(outputTokens) * output + million - 1n) / million;
}

/** Parts of the whole have rates of their own; never more than the whole is counted. */
function costOfParts(whole: number, rate: bigint, parts: [number | undefined, bigint][]): bigint {
  let left = whole;
  let sum = 0n;
  for (const [tokens = 0, own] of parts) {
    const counted = Math.min(tokens, left);
    left -= counted;
    sum += BigInt(counted) * own;
  }
  return sum + BigInt(left) * rate;
}

function highest(first: bigint, ...others: bigint[]): bigint {
  return others.reduce((most, rate) => (rate > most ? rate : most), first);
}
