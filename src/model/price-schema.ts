import { z } from 'zod';

const dollars = z
  .number('expected dollars for a million tokens')
  .min(0, 'expected 0 or more')
  .max(100_000, 'expected dollars for a million tokens, 100000 at most')
  .refine(hasNineDecimals, 'expected at most nine decimals');

const ratesSchema = z.strictObject({
  from: z.iso
    .date('expected a day such as 2026-11-21')
    .optional()
    .describe('The day, in UTC, from which it holds. Needed where there are several.'),
  input: dollars.describe(
    'For a million tokens of input; of an embedding model, for a million tokens of text.',
  ),
  cachedInput: dollars.optional().describe('For input that the provider had in its cache; absent: as input.'),
  cacheWrite: dollars.optional().describe('For input that went into its cache; absent: as input.'),
  audioInput: dollars.optional().describe('For input that is sound; absent: as input.'),
  output: dollars.default(0).describe('For a million tokens of output.'),
  reasoning: dollars.optional().describe('For output that is thought and not said; absent: as output.'),
  audioOutput: dollars.optional().describe('For output that is sound; absent: as output.'),
  maxOutput: z
    .number('expected a number of tokens')
    .int('expected a whole number')
    .positive('expected a number above 0')
    .optional()
    .describe('The most tokens that one reply may have while a budget holds: that much is reserved for it.'),
});

/** What a model costs; a list where that changed, each entry with the day from which it holds. */
export const pricesSchema = z
  .record(
    z
      .string()
      .regex(
        /^(default|offline|local|[\w.-]+:\S+)$/,
        'expected provider:model, in which * stands for any text, or default',
      ),
    z.union([
      ratesSchema,
      z
        .array(ratesSchema)
        .min(1, 'expected at least one price')
        .refine(areDated, 'expected `from` on every price but the first, each day once'),
    ]),
  )
  .describe(
    'US dollars for a million tokens, by provider:model; * stands for any text, and the longest name that fits counts. `default` is for all others.',
  );

export type PricesSection = z.infer<typeof pricesSchema>;

/** One may hold since ever. */
function areDated(prices: { from?: string | undefined }[]): boolean {
  return new Set(prices.map(({ from }) => from)).size === prices.length;
}

function hasNineDecimals(value: number): boolean {
  return Number(value.toFixed(9)) === value;
}
