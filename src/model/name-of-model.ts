import type { ModelName } from '../config/model-name.ts';

/** A model as people write it: `openai:gpt-4.1-mini`, `offline`. */
export function nameOfModel({ provider, model }: ModelName): string {
  return provider === model ? provider : `${provider}:${model}`;
}
