import type { ModelName } from '../config/model-name.ts';
import { nameOfModel } from './name-of-model.ts';
import { problemOfProvider } from './open-provider.ts';
import type { ModelKey } from './pool/model-key.ts';
import { baseUrlOf } from './pool/provider-urls.ts';

/** What is known at start of who can be asked. */
export interface Reach {
  /** Of the environment and of files. */
  keys: readonly ModelKey[];
  /** Whether the database may hold keys. */
  stored: boolean;
}

/** What is wrong with models that are to chat; `names` are lists by the setting that names them. */
export function problemsOfChat(names: Record<string, readonly ModelName[]>, reach: Reach): string[] {
  return Object.entries(names).flatMap(([setting, list]) =>
    list.flatMap((name) => {
      const problem = problemOfModel(setting, name, reach);
      return problem ? [problem] : [];
    }),
  );
}

/** What is wrong with the model that embeds. */
export function problemsOfEmbed(name: ModelName, reach: Reach): string[] {
  if (name.provider === 'local') return [];
  const speaks = reach.keys.some((key) => key.provider === name.provider && baseUrlOf(key) !== undefined);
  if (name.provider !== 'openai' && !speaks) {
    return [`BATON_MODEL_EMBED: ${nameOfModel(name)} cannot embed; expected local or openai:<model>`];
  }
  return isReachable(name, reach) ? [] : [noKey('BATON_MODEL_EMBED')];
}

function problemOfModel(setting: string, name: ModelName, reach: Reach): string | undefined {
  if (name.provider === 'offline' || isReachable(name, reach)) return undefined;
  if (name.provider === 'local') return `${setting}: local is an embedder and cannot chat`;
  if (name.provider === 'openai') return noKey(setting);
  const problem = problemOfProvider(name);
  return problem && `${setting}: ${problem}`;
}

function isReachable({ provider }: ModelName, { keys, stored }: Reach): boolean {
  return provider !== 'local' && (stored || keys.some((key) => key.provider === provider));
}

function noKey(setting: string): string {
  return `${setting} names a model of OpenAI, and neither OPENAI_API_KEY nor OPENAI_BASE_URL is set`;
}
