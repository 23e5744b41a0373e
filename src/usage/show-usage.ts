import { showDollars } from './dollars.ts';
import type { UsageKey, UsageRow, UsageSum } from './sum-usage.ts';

/** A row of usage as clients and files have it: its keys, its sums, and its cost in dollars as an exact decimal text. */
export function showUsage(by: readonly UsageKey[], { keys, sum }: UsageRow): Record<string, string | number> {
  return { ...Object.fromEntries(by.map((key, at) => [key, keys[at] ?? ''])), ...showSum(sum) };
}

export function showSum({ cost_nano, ...sum }: UsageSum): Record<string, string | number> {
  return { ...sum, cost_usd: showDollars(BigInt(cost_nano)) };
}

/** The columns of such rows, in their order. */
export const sumColumns = [
  'calls',
  'unfinished',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'audio_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'audio_output_tokens',
  'total_tokens',
  'estimated_calls',
  'unpriced_calls',
  'milliseconds',
  'cost_usd',
] as const;
