import { z } from 'zod';
import { host, parted, text, whole } from './kinds.ts';
import { type ModelName, modelNamePattern, parseModelName } from './model-name.ts';

export interface ModelsConfig {
  /** What an agent's `model:` may name. */
  roles: Record<'fast' | 'careful', ModelName>;
  embed: ModelName;
  openai: { apiKey?: string; apiKeys?: string[]; baseUrl?: string };
  /** Models to be asked, in order, when the one of the role gives no reply. */
  fallbacks: Record<'fast' | 'careful', ModelName[]>;
  /** Hosts, addresses and ranges that base URLs of stored keys of the service may lead to beside public ones. */
  allow: string[];
  /** How long one request to a provider may take, and how often it is tried again. */
  timeoutMs: number;
  retries: number;
  /** The most tokens that one reply may have while a budget holds, where the price of its model says nothing else. */
  maxTokens: number;
}

type Variables = z.infer<typeof modelsVariables>;

const modelName = text.regex(modelNamePattern, 'expected provider:model, such as openai:gpt-4.1-mini');

export const modelsVariables = z.object({
  OPENAI_API_KEY: text.optional(),
  OPENAI_API_KEYS: parted(text).optional(),
  OPENAI_BASE_URL: z
    .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
    .refine((url) => !URL.parse(url)?.username, 'expected a URL without a user and a password')
    .optional(),
  BATON_MODEL_FAST: modelName.optional(),
  BATON_MODEL_CAREFUL: modelName.optional(),
  BATON_MODEL_EMBED: modelName.optional(),
  BATON_MODEL_FAST_FALLBACKS: parted(modelName).default([]),
  BATON_MODEL_CAREFUL_FALLBACKS: parted(modelName).default([]),
  BATON_MODEL_ALLOW: parted(host).default([]),
  BATON_MODEL_TIMEOUT_MS: whole(100, 600_000).default(60_000),
  BATON_MODEL_RETRIES: whole(0, 10).default(2),
  BATON_BUDGET_REPLY_TOKENS: whole(16, 1_000_000).default(8_192),
});

export function modelsOf(read: Variables): ModelsConfig {
  return {
    ...namesOf(read),
    openai: {
      ...(read.OPENAI_API_KEY && { apiKey: read.OPENAI_API_KEY }),
      ...(read.OPENAI_API_KEYS && { apiKeys: read.OPENAI_API_KEYS }),
      ...(read.OPENAI_BASE_URL && { baseUrl: read.OPENAI_BASE_URL }),
    },
    fallbacks: {
      fast: read.BATON_MODEL_FAST_FALLBACKS.map(parseModelName),
      careful: read.BATON_MODEL_CAREFUL_FALLBACKS.map(parseModelName),
    },
    allow: read.BATON_MODEL_ALLOW,
    timeoutMs: read.BATON_MODEL_TIMEOUT_MS,
    retries: read.BATON_MODEL_RETRIES,
    maxTokens: read.BATON_BUDGET_REPLY_TOKENS,
  };
}

/** OpenAI's models where it can be reached, the offline ones where not; each role may be set by itself. */
function namesOf(read: Variables): Pick<ModelsConfig, 'roles' | 'embed'> {
  const reachable = Boolean(read.OPENAI_API_KEY ?? read.OPENAI_API_KEYS ?? read.OPENAI_BASE_URL);
  return {
    roles: {
      fast: parseModelName(read.BATON_MODEL_FAST ?? (reachable ? 'openai:gpt-4.1-mini' : 'offline')),
      careful: parseModelName(read.BATON_MODEL_CAREFUL ?? (reachable ? 'openai:gpt-4.1' : 'offline')),
    },
    embed: parseModelName(read.BATON_MODEL_EMBED ?? (reachable ? 'openai:text-embedding-3-small' : 'local')),
  };
}
