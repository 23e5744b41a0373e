import type { Told } from '../gather-usage.ts';

type Counts = Record<string, unknown>;

/** Usage as OpenAI's protocol tells it, in the words of `gatherUsage`. */
export function toUsage(usage: unknown): Told {
  const { prompt_tokens, completion_tokens, total_tokens, ...details } = Object(usage) as Counts; // whatever it is
  const read = Object(details.prompt_tokens_details) as Counts; // as above
  const said = Object(details.completion_tokens_details) as Counts; // as above
  return {
    input_tokens: prompt_tokens,
    output_tokens: completion_tokens,
    total_tokens,
    input_token_details: {
      cache_read: read.cached_tokens,
      cache_creation: read.cache_write_tokens,
      audio: read.audio_tokens,
    },
    output_token_details: { reasoning: said.reasoning_tokens, audio: said.audio_tokens },
  };
}
