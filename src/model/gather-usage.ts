import type { Usage } from '../message.ts';

/** What is told of usage. Servers send what they like where a number is due. */
export interface Told {
  input_tokens?: unknown;
  output_tokens?: unknown;
  total_tokens?: unknown;
  input_token_details?: { cache_read?: unknown; cache_creation?: unknown; audio?: unknown };
  output_token_details?: { reasoning?: unknown; audio?: unknown };
}

/** Adds up what the pieces of a stream tell of usage: LangChain's clients tell each token in one piece, whatever providers do. */
export function gatherUsage(): { add(told: Told | undefined): void; sum(): Usage | undefined } {
  let input = 0;
  let output = 0;
  let total = 0;
  const read = { cache_read: 0, cache_creation: 0, audio: 0 };
  const said = { reasoning: 0, audio: 0 };
  return {
    add(told) {
      if (!told) return;
      const { input_token_details: ofInput = {}, output_token_details: ofOutput = {} } = told;
      input += count(told.input_tokens);
      output += count(told.output_tokens);
      total += count(told.total_tokens);
      read.cache_read += count(ofInput.cache_read);
      read.cache_creation += count(ofInput.cache_creation);
      read.audio += count(ofInput.audio);
      said.reasoning += count(ofOutput.reasoning);
      said.audio += count(ofOutput.audio);
    },
    sum() {
      if (input + output + total === 0) return undefined;
      const output_tokens = wholeOutput({ input, output, total }, said.reasoning);
      const details = { input_token_details: told(read), output_token_details: told(said) };
      return {
        input_tokens: input,
        output_tokens,
        total_tokens: input + output_tokens,
        ...(details.input_token_details && { input_token_details: details.input_token_details }),
        ...(details.output_token_details && { output_token_details: details.output_token_details }),
      };
    },
  };
}

/** Some providers (xAI) leave thoughts out of the output, and in the total. */
function wholeOutput(
  { input, output, total }: Record<'input' | 'output' | 'total', number>,
  reasoning: number,
): number {
  const whole = Math.max(output, total - input);
  return reasoning > whole ? whole + reasoning : whole;
}

/** The kinds of which there are tokens; nothing where there are none. */
function told<Kinds extends Record<string, number>>(kinds: Kinds): Partial<Kinds> | undefined {
  const some = Object.entries(kinds).filter(([, tokens]) => tokens > 0);
  return some.length > 0 ? (Object.fromEntries(some) as Partial<Kinds>) : undefined; // of its own entries
}

function count(tokens: unknown): number {
  return typeof tokens === 'number' && tokens > 0 && tokens < mostTokens ? Math.round(tokens) : 0;
}

/** No reply has as many. */
const mostTokens = 10_000_000_000;
