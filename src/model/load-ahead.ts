import type { Config } from '../config.ts';
import type { ModelKeys } from './open-model.ts';

/** Loads what the first request to a provider needs and a start does without, so that no turn waits for it. */
export async function loadAhead(
  { roles, embed }: Pick<Config['models'], 'roles' | 'embed'>,
  { clients }: Pick<ModelKeys, 'clients'>,
): Promise<void> {
  if (Object.values(roles).some(({ provider }) => provider !== 'offline')) await clients.loadAhead();
  if (embed.provider !== 'local') await import('./ask-embeddings.ts');
}
