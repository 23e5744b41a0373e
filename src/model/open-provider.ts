import { findPackageJSON } from 'node:module';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { initChatModel, MODEL_PROVIDER_CONFIG } from 'langchain/chat_models/universal';
import type { ModelName } from '../config/model-name.ts';
import { ModelError } from './chat-model.ts';

/** What stands in the way of using a provider through its LangChain package; nothing when it is installed. */
export function problemOfProvider({ provider, model }: ModelName): string | undefined {
  const known = Object.keys(MODEL_PROVIDER_CONFIG);
  const config = Object.entries(MODEL_PROVIDER_CONFIG).find(([name]) => name === provider)?.[1];
  if (!config) {
    return `${provider}:${model} names an unknown provider; known are offline, local, ${known.sort().join(', ')}`;
  }
  if (isInstalled(config.package)) return undefined;
  return `${provider}:${model} needs a package that is not installed: npm install ${config.package}`;
}

/** Opens a provider's client. Without a key it reads one from its own variable. Rejects with a `ModelError`. */
export async function openProvider({ provider, model }: ModelName, apiKey?: string): Promise<BaseChatModel> {
  try {
    return await initChatModel(model, { modelProvider: provider, maxRetries: 0, ...(apiKey && { apiKey }) });
  } catch (cause) {
    const text = `${provider}:${model} cannot be opened: check its key`;
    throw new ModelError('rejected', text, { cause });
  }
}

function isInstalled(name: string): boolean {
  try {
    return findPackageJSON(name, import.meta.url) !== undefined;
  } catch {
    return false;
  }
}
