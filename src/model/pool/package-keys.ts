import type { ModelName } from '../../config/model-name.ts';
import { problemOfProvider } from '../open-provider.ts';
import { type ModelKey, noKeyLimits } from './model-key.ts';

/** For providers of which no key was given: their packages read one from variables of their own. It is the service's. */
export function packageKeys(names: readonly ModelName[], given: readonly ModelKey[]): ModelKey[] {
  const shared = given.filter(({ tenant }) => tenant === null);
  const own = new Set(['offline', 'openai', ...shared.map(({ provider }) => provider)]);
  const missing = new Map(
    names.filter(({ provider }) => !own.has(provider)).map((name) => [name.provider, name]),
  );
  return [...missing.values()]
    .filter((name) => problemOfProvider(name) === undefined)
    .map(({ provider }) => ({
      id: provider,
      name: provider,
      tenant: null,
      provider,
      source: 'package' as const,
      limits: noKeyLimits,
      disabled: false,
    }));
}
