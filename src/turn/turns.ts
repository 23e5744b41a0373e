import type { BaseCheckpointSaver } from '@langchain/langgraph';
import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { GraphShelf } from '../handoff/graph-shelf.ts';
import type { Logger } from '../log.ts';
import type { LiveLog } from './live-log.ts';

/** What is under way in this process. */
export interface Turns {
  /** The logs of runs that were accepted here and have not ended. */
  live: Map<string, LiveLog>;
  /** How to stop each running run. */
  running: Map<string, AbortController>;
  /** The last run of each thread: the next one begins when it is over. */
  lastOf: Map<string, Promise<void>>;
  /** Set when the process is about to end: no turn is accepted any more. */
  stopping: boolean;
}

/** What turns need of everything that is open. */
export interface TurnContext {
  db: Kysely<Schema>;
  log: Logger;
  saver: BaseCheckpointSaver;
  graphs: GraphShelf;
  turns: Turns;
}

export function noTurns(): Turns {
  return { live: new Map(), running: new Map(), lastOf: new Map(), stopping: false };
}
