import type { Metrics } from '../../metrics/open-metrics.ts';
import { watchValues } from '../../metrics/watch-values.ts';
import type { KeyPool, PoolOptions } from './key-pool.ts';

/** States of keys that can be told of one; `unreadable`: the secret does not open. */
export const keyStates = [
  'ready',
  'cooling',
  'open',
  'half-open',
  'refused',
  'disabled',
  'unreadable',
] as const;
export type ShownKeyState = (typeof keyStates)[number];

/** How many of the keys that this process knows are in which state. */
export function countStates(pool: KeyPool): Record<ShownKeyState, number> {
  const now = pool.now();
  const counts = { ready: 0, cooling: 0, open: 0, 'half-open': 0, refused: 0, disabled: 0, unreadable: 0 };
  for (const desk of pool.known()) counts[desk.state(now)] += 1;
  return counts;
}

/** Counts what happens to keys. Providers are named by whoever adds a key. */
export function watchKeys(metrics: Metrics, pool: () => KeyPool): Pick<PoolOptions, 'onRest' | 'onWait'> {
  watchValues(metrics.registry, [
    {
      name: 'baton_model_keys',
      help: 'Keys of model providers that this process knows, of all tenants',
      label: 'state',
      read: () => countStates(pool()),
    },
  ]);
  return {
    onRest: ({ provider }, state) =>
      metrics.modelKeyRests.inc({ provider: metrics.providerNames(provider), state }),
    onWait: (provider, milliseconds) =>
      metrics.modelKeyWait.observe({ provider: metrics.providerNames(provider) }, milliseconds / 1000),
  };
}
