/** Where OpenAI is. Given explicitly, so that no variable of the client's own can lead the requests elsewhere. */
export const openAiUrl = 'https://api.openai.com/v1';

/** Where OpenAI's protocol is spoken, and with which key. */
export interface Connection {
  apiKey?: string;
  baseUrl?: string;
  /** Instead of the platform's. */
  fetch?: typeof fetch;
}

/** What the OpenAI client needs everywhere. Servers without keys take any; the client insists on one. */
export function openAiOptions({ apiKey, baseUrl, fetch }: Connection) {
  const configuration = { baseURL: baseUrl ?? openAiUrl, logLevel: 'off' as const, ...(fetch && { fetch }) };
  return { apiKey: apiKey ?? noKey, maxRetries: 0, configuration };
}

export const noKey = 'none';

/** Servers that take `max_completion_tokens`; others know the name that OpenAI has given up. */
const newName = new Set(['api.openai.com', 'api.x.ai']);

/** The name under which a server is told the most tokens that a reply may have. */
export function maxTokensAt(baseUrl: string): 'max_completion_tokens' | 'max_tokens' {
  return newName.has(new URL(baseUrl).hostname) ? 'max_completion_tokens' : 'max_tokens';
}
