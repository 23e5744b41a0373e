/** A model of a provider: `openai:gpt-4.1-mini`, or `offline` and `local`, which need no key. */
export interface ModelName {
  provider: string;
  model: string;
}

export const modelNamePattern = /^(offline|local|[\w.-]+:\S+|[\w./-]+)$/;

/** A name without a provider is one of OpenAI's wire. */
export function parseModelName(name: string): ModelName {
  if (name === 'offline' || name === 'local') return { provider: name, model: name };
  const colon = name.indexOf(':');
  if (colon < 0) return { provider: 'openai', model: name };
  return { provider: name.slice(0, colon), model: name.slice(colon + 1) };
}
