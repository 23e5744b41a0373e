import type { Way, Ways } from '../../src/model/with-retries.ts';

/** Where there is one way only, of which nothing is kept. */
export function oneWay<About extends object>(about: About): () => Promise<Ways<About & Way>> {
  const nothing = () => undefined;
  const way = { ...about, alive: nothing, succeeded: nothing, cancelled: nothing };
  return async () => ({
    next: async () => ({ ...way, failed: (failure) => failure }),
    after: () => 'again',
  });
}
