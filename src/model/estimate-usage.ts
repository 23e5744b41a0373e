import type { Call, Usage } from '../message.ts';
import { countTokens, guessTokens } from './count-tokens.ts';
import { saidTexts, type Told, toldTexts, untoldTokens } from './told-texts.ts';

/** Counts of our own, for where a provider tells none: by the model's tokenizer. Marked as estimated. */
export async function estimateUsage(model: string, told: Told, said: string[]): Promise<Usage> {
  const input = (await countTokens(model, toldTexts(told))) + untoldTokens(told);
  return usageOf(input, await countTokens(model, said));
}

/** Counts of the offline model, which has no tokens: four characters are one. */
export function guessUsage(told: Told, text: string, calls: Pick<Call, 'name' | 'args'>[]): Usage {
  return usageOf(guessTokens(toldTexts(told)) + untoldTokens(told), guessTokens(saidTexts(text, calls)));
}

function usageOf(input_tokens: number, output_tokens: number): Usage {
  return { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens, estimated: true };
}
