import { deltaChannelHistoryTests, validate } from '@langchain/langgraph-checkpoint-validation';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import { makeTestDatabase } from '../support/test-database.ts';

/** LangGraph's own conformance suite, whole. It finds the words of a test runner as globals. */
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const initializer = {
  checkpointerName: 'KyselySaver',
  createCheckpointer: () => new KyselySaver(db, { appendOnly: ['messages', 'animals'] }),
  async destroyCheckpointer() {
    await sql`truncate baton.checkpoint, baton.checkpoint_pack, baton.checkpoint_value, baton.checkpoint_write`.execute(
      db,
    );
  },
};

validate(initializer);
deltaChannelHistoryTests(initializer);
