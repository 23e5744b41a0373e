import type { CassetteMiss } from './cassette-miss.ts';

/**
 * Strict replay has no reply. It is no `ModelError`, so that nothing that makes do without a model takes it for one: it ends the turn at
 * once, and an attempt that it ended is stale and has no score.
 */
export class CassetteMissError extends Error {
  override name = 'CassetteMissError';
  readonly miss: CassetteMiss;

  constructor(miss: CassetteMiss) {
    super(`There is no recorded reply for request ${miss.ordinal + 1} of ${miss.agent}: ${miss.why}`);
    this.miss = miss;
  }
}
