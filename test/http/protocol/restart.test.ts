import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { openEmbedded, openPostgres } from '../../../src/db/open-database.ts';
import { call, say } from '../../support/scripted-model.ts';
import { startService } from '../../support/start-service.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import {
  clientOf,
  every,
  gather,
  input,
  isTerminal,
  readEvents,
  scriptHandoff,
  type Wire,
} from './support.ts';

const quick = { timeout: 20_000, interval: 10 };
const slow = { timeout: 60_000 };
const filter = { channels: [...every] };
const runs = (events: Wire[]) => events.filter(isTerminal).length;

/** The same database, opened once more. */
async function reopen(made: TestDatabase): Promise<TestDatabase> {
  const { DATABASE_URL, BATON_DATA_DIR } = made.env;
  return {
    ...made,
    database: DATABASE_URL ? openPostgres(DATABASE_URL) : await openEmbedded(BATON_DATA_DIR),
  };
}

test('after a restart the events are the same, and what waits can be answered', slow, async () => {
  const made = await makeTestDatabase();
  onTestFinished(made.drop);
  const before = await startService({ made });
  scriptHandoff(before);
  const thread = clientOf(before.url).threads.stream({ assistantId: 'desk' });
  const { threadId } = thread;
  await thread.run.start({ input });
  const first = await readEvents(before.url, threadId, filter, (events) => runs(events) === 1);
  before.script(call('look_up', { order: 7 }));
  const waits = clientOf(before.url).threads.stream({ assistantId: 'till' });
  await waits.run.start({ input });
  const asked = await readEvents(before.url, waits.threadId, filter, (events) => runs(events) === 1);
  for (const one of [thread, waits]) await one.close();
  await before.stop();

  const after = await startService({ made: await reopen(made) });
  onTestFinished(() => after.stop());
  expect(await readEvents(after.url, threadId, filter, (events) => runs(events) === 1)).toEqual(first);
  after.script(say('On its way.'), say('Again.'));
  const again = clientOf(after.url).threads.stream(waits.threadId, {
    assistantId: 'till',
    transport: 'websocket',
  });
  const seen = gather(again);
  await again.subscribe(filter);
  await vi.waitUntil(() => runs(seen) === 1, quick);
  expect(seen).toEqual(asked);
  const [interrupt] = again.interrupts;
  await again.respondInput({ namespace: [], interrupt_id: interrupt?.interruptId ?? '', response: 'accept' });
  await vi.waitUntil(() => runs(seen) === 2, quick);
  expect(seen.at(-1)?.params.data).toMatchObject({ event: 'completed' });
  await again.close();

  const more = clientOf(after.url).threads.stream(threadId, { assistantId: 'desk' });
  await more.run.start({ input });
  const both = await readEvents(after.url, threadId, filter, (events) => runs(events) === 2);
  expect(both.slice(0, first.length)).toEqual(first);
  const values = both.filter(({ method }) => method === 'values');
  expect(values.at(-1)?.params.data.messages).toHaveLength(8);
  await more.close();
});

const embedded = inject('template').kind === 'pglite'; // one process alone has such a database
test.skipIf(embedded)('a thread is told and answered at any replica', slow, async () => {
  const made = await makeTestDatabase();
  onTestFinished(made.drop);
  const [here, there] = [await startService({ made }), await startService({ made: await reopen(made) })];
  for (const service of [here, there]) {
    onTestFinished(() => service.stop());
    service.script(call('look_up', { order: 7 }), say('On its way.'));
  }
  const thread = clientOf(here.url).threads.stream({ assistantId: 'till' });
  const seen = gather(thread);
  await thread.subscribe(filter);
  const elsewhere = clientOf(there.url).threads.stream(thread.threadId, {
    assistantId: 'till',
    transport: 'websocket',
  });
  const told = gather(elsewhere);
  await elsewhere.subscribe(filter);
  await thread.run.start({ input });
  await vi.waitUntil(() => runs(told) === 1, quick);
  here.script(say('On its way.'));
  there.script(say('On its way.'));
  const [interrupt] = elsewhere.interrupts;
  await elsewhere.respondInput({
    namespace: [],
    interrupt_id: interrupt?.interruptId ?? '',
    response: 'accept',
  });
  await vi.waitUntil(() => runs(seen) === 2 && runs(told) === 2, quick);
  expect(told).toEqual(seen);
  for (const one of [thread, elsewhere]) await one.close();
});
