import type { Kysely } from 'kysely';
import type { ModelName } from '../config/model-name.ts';
import type { SecretKey } from '../config/secrets.ts';
import type { Config } from '../config.ts';
import type { Schema } from '../db/schema.ts';
import { ConfigError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type Metrics, openMetrics } from '../metrics/open-metrics.ts';
import type { ChatModel } from './chat-model.ts';
import { problemsOfChat, problemsOfEmbed } from './check-model-names.ts';
import type { ClientSection } from './client-section.ts';
import type { Embedder } from './embedder.ts';
import type { FallbacksSection } from './fallbacks-section.ts';
import { nameOfModel } from './name-of-model.ts';
import { type ModelKeys, openChatModel, openEmbedder, type Parties } from './open-model.ts';
import { fileKeys } from './pool/file-keys.ts';
import { environmentKeys } from './pool/fixed-keys.ts';
import { openKeyPool } from './pool/key-pool.ts';
import { openKeySources } from './pool/key-sources.ts';
import type { KeysSection } from './pool/keys-section.ts';
import { openClients } from './pool/open-clients.ts';
import { packageKeys } from './pool/package-keys.ts';
import { openStoredKeys } from './pool/stored-keys.ts';
import { watchKeys } from './pool/watch-keys.ts';
import { type Link, withFallbacks } from './with-fallbacks.ts';
import { type Clock, systemClock } from './with-retries.ts';

export interface Models {
  /** Asks the model that the request's role is mapped to. Rejects with an `Error` that names the known roles. */
  chat: ChatModel;
  embedder: Embedder;
  keys: ModelKeys;
  /** By role, its model and those that stand in for it. */
  chains: Chains;
}

/** What models are opened with, beside what the environment says. */
export interface ModelParts {
  /** Of the project's `models.yaml`. */
  file?: { keys: KeysSection; fallbacks: FallbacksSection; client?: ClientSection };
  db?: Kysely<Schema>;
  secretKeys?: readonly SecretKey[];
  metrics?: Metrics;
  /** Instead of the system's. */
  clock?: Clock;
}

/**
 * The models that the configuration names, and the keys that they are asked with. Nothing is asked of a provider here. Throws a
 * `ConfigError` that lists every model that cannot be used.
 */
export function openModels(config: Config['models'], log: Logger, parts: ModelParts = {}): Models {
  const { file, db, secretKeys = [], metrics = openMetrics(), clock = systemClock } = parts;
  const chains = chainsOf(config, file?.fallbacks);
  const given = [...environmentKeys(config.openai), ...fileKeys(file?.keys ?? [])];
  const reach = { keys: given, stored: secretKeys.length > 0 };
  const problems = [
    ...problemsOfChat(namesBySetting(chains), reach),
    ...problemsOfEmbed(config.embed, reach),
  ];
  if (problems.length > 0) throw new ConfigError(problems);

  const fixed = [...given, ...packageKeys(Object.values(chains).flat(), given)];
  const stored = db && openStoredKeys(db, { secretKeys, allow: config.allow, log, now: clock.now });
  const watched = watchKeys(metrics, () => keys.pool);
  const keys: ModelKeys = {
    pool: openKeyPool(openKeySources(fixed, stored), { log, clock, ...watched }),
    clients: openClients(file?.client),
    ...(stored && { stored }),
  };
  const parties = { config, keys, log, clock };
  const roles = new Map(
    Object.entries(chains).map(([role, chain]) => [role, openChain(role, chain, parties, metrics)]),
  );
  return {
    async chat(request, onText) {
      const model = roles.get(request.role);
      if (!model)
        throw new Error(`There is no model role ${request.role}: known are ${[...roles.keys()].join(', ')}.`);
      return model(request, onText);
    },
    chains,
    embedder: openEmbedder(config.embed, parties),
    keys,
  };
}

type Chains = Record<string, ModelName[]>;

/** The role's model and those that stand in for it, each once. */
function chainsOf({ roles, fallbacks }: Config['models'], inFile?: FallbacksSection): Chains {
  const chain = (role: keyof typeof roles) => {
    const others = fallbacks[role].length > 0 ? fallbacks[role] : (inFile?.[role] ?? []);
    const byName = new Map([roles[role], ...others].map((name) => [nameOfModel(name), name]));
    return [...byName.values()];
  };
  return { fast: chain('fast'), careful: chain('careful') };
}

function namesBySetting(chains: Chains): Record<string, ModelName[]> {
  return Object.fromEntries(
    Object.entries(chains).flatMap(([role, [own, ...others]]) => {
      const setting = `BATON_MODEL_${role.toUpperCase()}`;
      return [
        [setting, own ? [own] : []],
        [`${setting}_FALLBACKS`, others],
      ];
    }),
  );
}

function openChain(role: string, chain: ModelName[], parties: Parties, metrics: Metrics): ChatModel {
  const links = chain.map(
    (name, at): Link => ({
      name: nameOfModel(name),
      chat: openChatModel(name, parties, at < chain.length - 1),
      servedBy: name,
    }),
  );
  return withFallbacks(links, (from, to, error) => {
    metrics.modelFallbacks.inc({ role, from, to });
    parties.log.warn({ err: error, role, from, to }, 'another model is asked');
  });
}
