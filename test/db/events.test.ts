import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { appendEvents, LostThreadError, readThreadEvents } from '../../src/db/events.ts';
import { openTestDatabase } from '../support/test-database.ts';

const said = (text: string) =>
  ({ type: 'text-delta', agent: 'a', messageId: 'm', text, step: 1, at: 1 }) as const;

test('a batch that is tried again, because its answer was lost, stands in the log once', async () => {
  const { db } = await openTestDatabase();
  const threadId = randomUUID();
  const owner = 'me:1';
  await db.insertInto('baton.thread').values({ thread_id: threadId, owner, metadata: '{}' }).execute();
  const mine = { threadId, runId: randomUUID(), owner };
  const other = { threadId, runId: randomUUID() };
  const texts = async () => {
    const events = await readThreadEvents(db, { threadId, after: 0, limit: 100 });
    return events.map((event) => (event.type === 'text-delta' ? event.text : event.type));
  };

  expect(await appendEvents(db, { ...mine, after: 0 }, [said('a'), said('b')])).toBe(2);
  expect(await appendEvents(db, { ...mine, after: 0 }, [said('a'), said('b')])).toBe(2);
  expect(await texts()).toEqual(['a', 'b']);

  expect(await appendEvents(db, other, [said('other')])).toBe(3);
  expect(await appendEvents(db, { ...mine, after: 2 }, [said('c')])).toBe(4);
  expect(await appendEvents(db, other, [said('another')])).toBe(5);
  expect(await appendEvents(db, { ...mine, after: 2 }, [said('c')])).toBe(4);
  expect(await texts()).toEqual(['a', 'b', 'other', 'c', 'another']);

  const lost = appendEvents(db, { ...mine, owner: 'me:0', after: 5 }, [said('late')]);
  await expect(lost).rejects.toThrow(LostThreadError);
  expect(await texts()).toHaveLength(5);
});
