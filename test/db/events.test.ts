import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { measureThread } from '../../src/checkpoint/measure-thread.ts';
import { longestRow } from '../../src/db/event-rows.ts';
import { appendEvents, LostThreadError, readEvents, readThreadEvents } from '../../src/db/events.ts';
import { foldLog } from '../../src/db/fold-log.ts';
import type { LoggedEvent } from '../../src/turn-event.ts';
import { rangesOf } from '../support/ranges-of.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const {
  database: { db },
  drop,
} = await makeTestDatabase();
afterAll(drop);

const said = (text: string) =>
  ({ type: 'text-delta', agent: 'a', messageId: 'm', text, step: 1, at: 1 }) as const;

async function makeThread(owner: string | null = null): Promise<string> {
  const threadId = randomUUID();
  await db.insertInto('baton.thread').values({ thread_id: threadId, owner, metadata: '{}' }).execute();
  return threadId;
}

const all = { after: 0, limit: 1_000 };

function textsOf(events: LoggedEvent[]): string[] {
  return events.map((event) => (event.type === 'text-delta' ? event.text : event.type));
}

test('a batch that is tried again, because its answer was lost, stands in the log once', async () => {
  const owner = 'me:1';
  const threadId = await makeThread(owner);
  const mine = { threadId, runId: randomUUID(), owner };
  const other = { threadId, runId: randomUUID() };
  const texts = async () => textsOf(await readThreadEvents(db, { threadId, ...all }));

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

test('any text comes back as it was', async () => {
  const [threadId, runId] = [await makeThread(), randomUUID()];
  const texts = [
    'nul \u0000 and \\u0000',
    'lines\nand\r\n\n\nmore',
    '\u2028 \u2029 \ud800 🎬',
    '{"type":"turn-start"',
    '',
  ];
  await appendEvents(db, { threadId, runId }, texts.map(said));
  await appendEvents(db, { threadId, runId }, [said('\n'), said('\n\n')]);
  await foldLog(db, runId);
  expect(textsOf(await readEvents(db, { runId, ...all }))).toEqual([...texts, '\n', '\n\n']);
});

test('a batch is one row; a long one is cut', async () => {
  const [threadId, runId] = [await makeThread(), randomUUID()];
  const third = 'x'.repeat(longestRow / 3);
  expect(await appendEvents(db, { threadId, runId }, [said('a'), said('b')])).toBe(2);
  expect(
    await appendEvents(db, { threadId, runId }, [said(third), said(third), said(third), said('y')]),
  ).toBe(6);
  expect(await appendEvents(db, { threadId, runId }, [said(third.repeat(4))])).toBe(7);
  expect(await rangesOf(db, threadId)).toEqual(['1-2', '3-4', '5-6', '7-7']);
  const texts = textsOf(await readThreadEvents(db, { threadId, ...all }));
  expect(texts).toEqual(['a', 'b', third, third, third, 'y', third.repeat(4)]);
  expect((await measureThread(db, threadId)).events.count).toBe(7);
  await foldLog(db, runId);
  expect(await rangesOf(db, threadId), 'too long to be one row').toHaveLength(4);
});

test('pages have as many events as were asked for, wherever rows begin and end', async () => {
  const threadId = await makeThread();
  const [one, other] = [randomUUID(), randomUUID()];
  let written = 0;
  for (const [at, many] of [4, 1, 7, 2, 1, 5].entries()) {
    const texts = Array.from({ length: many }, (_, place) => String(written + place + 1));
    await appendEvents(db, { threadId, runId: at % 3 === 1 ? other : one }, texts.map(said));
    written += many;
  }
  const numbers = Array.from({ length: written }, (_, at) => at + 1);
  for (const limit of [1, 2, 3, 6, 19, 20, 21]) {
    expect(
      (await inPages(({ after }) => readThreadEvents(db, { threadId, after, limit }), limit)).map(
        ({ seq }) => seq,
      ),
    ).toEqual(numbers);
    const ofOne = await inPages(({ after }) => readEvents(db, { runId: one, after, limit }), limit);
    expect(ofOne.map(({ seq }) => seq)).toEqual(numbers.filter((seq) => seq !== 5 && seq !== 15));
  }
  expect(textsOf(await readThreadEvents(db, { threadId, ...all }))).toEqual(numbers.map(String));
});

/** Every page is full but the last one. */
async function inPages(
  read: (from: { after: number }) => Promise<LoggedEvent[]>,
  limit: number,
): Promise<LoggedEvent[]> {
  const found: LoggedEvent[] = [];
  for (;;) {
    const events = await read({ after: found.at(-1)?.seq ?? 0 });
    found.push(...events);
    if (events.length < limit) return found;
  }
}

test('who reads on after a log became one row sees every event once', async () => {
  const [threadId, runId] = [await makeThread(), randomUUID()];
  await appendEvents(db, { threadId, runId: randomUUID() }, [said('before')]);
  for (const text of ['a', 'b', 'c'])
    await appendEvents(db, { threadId, runId }, [said(text), said(`${text}${text}`)]);
  await appendEvents(db, { threadId, runId: randomUUID() }, [said('behind')]);
  const expected = ['before', 'a', 'aa', 'b', 'bb', 'c', 'cc', 'behind'];
  for (const limit of [1, 3, 5]) {
    const first = await readThreadEvents(db, { threadId, after: 0, limit });
    const ofRun = await readEvents(db, { runId, after: 0, limit });
    if (limit === 1) await foldLog(db, runId);
    const rest = await readThreadEvents(db, { threadId, after: first.at(-1)?.seq ?? 0, limit: 100 });
    expect(textsOf([...first, ...rest])).toEqual(expected);
    const restOfRun = await readEvents(db, { runId, after: ofRun.at(-1)?.seq ?? 0, limit: 100 });
    expect(textsOf([...ofRun, ...restOfRun])).toEqual(expected.slice(1, -1));
  }
  expect(await rangesOf(db, threadId)).toEqual(['1-1', '2-7', '8-8']);
});

test('a log into which another run wrote keeps its rows', async () => {
  const threadId = await makeThread();
  const runId = randomUUID();
  await appendEvents(db, { threadId, runId }, [said('a')]);
  await appendEvents(db, { threadId, runId: randomUUID() }, [said('other')]);
  await appendEvents(db, { threadId, runId }, [said('b'), said('c')]);
  await foldLog(db, runId);
  expect(await rangesOf(db, threadId)).toEqual(['1-1', '2-2', '3-4']);
  expect(textsOf(await readThreadEvents(db, { threadId, ...all }))).toEqual(['a', 'other', 'b', 'c']);
});
