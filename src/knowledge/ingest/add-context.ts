import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Queue } from '../../queue/open-queue.ts';

/** What documents are added and changed with. */
export interface AddContext {
  db: Kysely<Schema>;
  queue: Pick<Queue, 'addJob'>;
}
