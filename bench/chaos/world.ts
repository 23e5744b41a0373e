import type { SeededRandom } from '../../src/films/seeded-random.ts';
import type { TurnRecord } from './turn-record.ts';

/** What the clients share. */
export interface World {
  /** Leads to one replica after another, over a bad network. */
  url: string;
  random: SeededRandom;
  records: TurnRecord[];
  /** Aborts when every client has to have ended. */
  deadline: AbortSignal;
  /** Answers that asked to come again, by status: load that was shed, a database that was away. */
  refusals: Map<number, number>;
}
