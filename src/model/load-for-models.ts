import type { Config } from '../config.ts';
import type { ModelKeys } from './open-model.ts';

/** Loads what the first request to a model needs and a start does without, so that no turn waits for it. */
export async function loadForModels(
  { roles, embed }: Pick<Config['models'], 'roles' | 'embed'>,
  { clients }: Pick<ModelKeys, 'clients'>,
): Promise<void> {
  const providers = Object.values(roles).map(({ provider }) => provider);
  if (providers.includes('offline')) await import('./offline/plan-next-step.ts');
  if (providers.some((provider) => provider !== 'offline')) await clients.loadAhead();
  if (embed.provider !== 'local') await import('./ask-embeddings.ts');
}
