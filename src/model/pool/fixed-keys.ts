import type { Config } from '../../config.ts';
import { type ModelKey, noKeyLimits } from './model-key.ts';

type OpenAiConfig = Config['models']['openai'];

/** The keys of the environment, for OpenAI or whoever speaks its protocol at the base URL: for every tenant without keys of its own. */
export function environmentKeys({ apiKey, apiKeys = [], baseUrl }: OpenAiConfig): ModelKey[] {
  const secrets = [...new Set([...(apiKey ? [apiKey] : []), ...apiKeys])];
  const about = {
    source: 'environment' as const,
    tenant: null,
    provider: 'openai',
    ...(baseUrl && { baseUrl }),
    limits: noKeyLimits,
    disabled: false,
  };
  if (secrets.length === 0) return baseUrl ? [{ id: 'env', name: 'env', ...about }] : [];
  return secrets.map((secret, at) => {
    const id = secrets.length === 1 ? 'env' : `env-${at + 1}`;
    return { id, name: id, secret, ...about };
  });
}
