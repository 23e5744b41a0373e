import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { appendEvents, readThreadEvents } from '../../src/db/events.ts';
import { foldLog } from '../../src/db/fold-log.ts';
import { trimLog } from '../../src/db/trim-log.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { runRow } from '../turn/journal/stage.ts';

test('of the log of what ended long ago stays each run’s last event, whether it is one row or many', async () => {
  const { db } = await openTestDatabase();
  const threadId = randomUUID();
  await db.insertInto('baton.thread').values({ thread_id: threadId, metadata: '{}' }).execute();
  const runs = [randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const [folded, loose, short, late] = runs;
  for (const [at, runId] of runs.entries()) {
    await db
      .insertInto('baton.run')
      .values({ ...runRow({ runId, threadId }), status: 'success', created_at: new Date(at) })
      .execute();
    const texts = runId === short ? ['only'] : ['a', 'b', 'c\nd'];
    for (const text of texts)
      await appendEvents(db, { threadId, runId }, [
        { type: 'text-delta', agent: 'a', messageId: 'm', text, step: 1, at: 1 },
      ]);
    if (runId !== loose) await foldLog(db, runId);
  }
  await sql`update baton.run set updated_at = now() - interval '8 days' where run_id <> ${late}`.execute(db);
  const before = await readThreadEvents(db, { threadId, after: 0, limit: 100 });
  expect(before.map(({ seq }) => seq)).toEqual(Array.from({ length: 13 }, (_, at) => at + 1));

  expect(await trimLog(db, threadId, 7)).toBe(4);
  const kept = before.filter(({ seq }) => ![1, 2, 4, 5].includes(seq));
  expect(kept.filter(({ runId }) => runId === folded || runId === loose)).toHaveLength(2);
  expect(await readThreadEvents(db, { threadId, after: 0, limit: 100 })).toEqual(kept);
  expect(await readThreadEvents(db, { threadId, after: 1, limit: 2 })).toEqual(kept.slice(0, 2));
  expect(await readThreadEvents(db, { threadId, after: 3, limit: 100 })).toEqual(kept.slice(1));
  expect(await trimLog(db, threadId, 7), 'there is nothing left to trim').toBe(0);
});
