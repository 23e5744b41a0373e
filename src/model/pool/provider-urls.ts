import { openAiUrl } from '../connection.ts';

/** Providers that are known to speak OpenAI's protocol, and where. Others are told by a key's base URL. */
const providerUrls: Record<string, string> = {
  openai: openAiUrl,
  xai: 'https://api.x.ai/v1',
  groq: 'https://api.groq.com/openai/v1',
  deepseek: 'https://api.deepseek.com/v1',
  mistral: 'https://api.mistral.ai/v1',
  openrouter: 'https://openrouter.ai/api/v1',
};

/** Where a key's provider speaks OpenAI's protocol; undefined where it is asked through its own package. */
export function baseUrlOf({ provider, baseUrl }: { provider: string; baseUrl?: string }): string | undefined {
  return baseUrl ?? (Object.hasOwn(providerUrls, provider) ? providerUrls[provider] : undefined);
}
