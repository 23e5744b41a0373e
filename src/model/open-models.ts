import type { Config, ModelName } from '../config.ts';
import { ConfigError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ChatModel } from './chat-model.ts';
import type { Embedder } from './embedder.ts';
import { createLangChainChatModel } from './langchain-chat-model.ts';
import { createLocalEmbedder } from './local-embedder.ts';
import { createOfflineModel } from './offline/create-offline-model.ts';
import { openOpenAiChat } from './open-ai-chat.ts';
import { openProvider, problemOfProvider } from './open-provider.ts';
import { createOpenAiEmbedder } from './openai-embedder.ts';
import type { RetryPolicy } from './with-retries.ts';

export interface Models {
  /** Asks the model that the request's role is mapped to. Rejects with an `Error` that names the known roles. */
  chat: ChatModel;
  embedder: Embedder;
}

/**
 * The models that the configuration names. Nothing is asked of a provider here: clients open at the first request,
 * once for each model. Throws a `ConfigError` that lists every model that cannot be used.
 */
export function openModels(config: Config['models'], log: Logger): Models {
  const problems = [...problemsOfRoles(config), ...problemsOfEmbed(config.embed)];
  if (problems.length > 0) throw new ConfigError(problems);
  const models = new Map<string, ChatModel>();
  const roles = new Map(
    Object.entries(config.roles).map(([role, name]) => [role, openOnce(models, name, config, log)]),
  );
  return {
    async chat(request, onText) {
      const model = roles.get(request.role);
      if (!model)
        throw new Error(`There is no model role ${request.role}: known are ${[...roles.keys()].join(', ')}.`);
      return model(request, onText);
    },
    embedder: openEmbedder(config, log),
  };
}

/** Two roles with the same model share its client. */
function openOnce(
  models: Map<string, ChatModel>,
  name: ModelName,
  config: Config['models'],
  log: Logger,
): ChatModel {
  const model = models.get(shown(name)) ?? openChatModel(name, config, log);
  models.set(shown(name), model);
  return model;
}

function openChatModel(name: ModelName, config: Config['models'], log: Logger): ChatModel {
  if (name.provider === 'offline') return createOfflineModel(createLocalEmbedder());
  const isOpenAi = name.provider === 'openai';
  const open = async () => (isOpenAi ? openOpenAiChat(name.model, config.openai) : openProvider(name));
  return createLangChainChatModel(open, { ...policyOf(name, config, log), takesNames: isOpenAi });
}

function openEmbedder(config: Config['models'], log: Logger): Embedder {
  if (config.embed.provider === 'local') return createLocalEmbedder();
  return createOpenAiEmbedder(config.embed.model, config.openai, policyOf(config.embed, config, log));
}

function policyOf(name: ModelName, { timeoutMs, retries }: Config['models'], log: Logger): RetryPolicy {
  return {
    name: shown(name),
    timeoutMs,
    retries,
    onRetry: (error, waitMs) =>
      log.warn({ model: shown(name), reason: error.reason, waitMs }, `${error.message} Trying again.`),
  };
}

function problemsOfRoles({ roles }: Config['models']): string[] {
  return Object.entries(roles).flatMap(([role, name]) => {
    if (name.provider === 'offline' || name.provider === 'openai') return [];
    const problem =
      name.provider === 'local' ? 'local is an embedder and cannot chat' : problemOfProvider(name);
    return problem ? [`BATON_MODEL_${role.toUpperCase()}: ${problem}`] : [];
  });
}

function problemsOfEmbed(name: ModelName): string[] {
  if (name.provider === 'local' || name.provider === 'openai') return [];
  return [`BATON_MODEL_EMBED: ${shown(name)} cannot embed; expected local or openai:<model>`];
}

function shown({ provider, model }: ModelName): string {
  return provider === model ? provider : `${provider}:${model}`;
}
