import { expect, test } from 'vitest';
import { inTenant, tenantKey } from '../../src/tenancy.ts';
import { followLog } from '../../src/turn/follow-log.ts';
import { openLiveLogs } from '../../src/turn/live-logs.ts';
import type { TurnContext } from '../../src/turn/turns.ts';
import { isLast, type LoggedEvent, type TurnEvent } from '../../src/turn-event.ts';

const [threadId, runId] = ['thread', 'run'];
const start: TurnEvent = {
  type: 'turn-start',
  graph: 'desk',
  version: 'v',
  attempt: 1,
  agent: 'a',
  checkpointId: null,
  input: [],
};
const said: TurnEvent = { type: 'text-delta', agent: 'a', messageId: 'm', text: 'word', step: 1 };
const end: TurnEvent = { type: 'turn-error', error: 'internal', message: 'over' };

function logged(seq: number, event: TurnEvent, run = runId): LoggedEvent {
  return { ...event, seq, runId: run, threadId, at: 0 };
}

/** A thread whose database is a list, and how often it was looked into. */
function openThread() {
  const logs = openLiveLogs();
  const context = { turns: { logs }, bus: { state: () => 'connected' } } as unknown as TurnContext; // what followLog uses of it
  const saved: LoggedEvent[] = [];
  let looks = 0;
  const key = inTenant('acme', () => tenantKey(threadId));
  return {
    looks: () => looks,
    expect: () => logs.expect(key, runId),
    save: (...events: LoggedEvent[]) => void saved.push(...events),
    publish(...events: LoggedEvent[]) {
      saved.push(...events);
      logs.get(key)?.publish(events);
    },
    hint(event: LoggedEvent) {
      saved.push(event);
      logs.get(key)?.hint(event.seq);
    },
    gap: () => logs.get(key)?.ring(),
    watch: () =>
      inTenant('acme', async () => {
        const events: LoggedEvent[] = [];
        const batches = followLog(context, {
          threadId,
          after: 0,
          newRun: runId,
          signal: new AbortController().signal,
          async read(seq) {
            looks++;
            return saved.filter((event) => event.seq > seq && event.runId === runId);
          },
          wants: (event) => event.runId === runId,
          isOver: async () => saved.some((event) => event.runId === runId && isLast(event)),
        });
        for await (const batch of batches) {
          events.push(...batch);
          if (events.some(isLast)) break;
        }
        return events.map(({ seq }) => seq);
      }),
  };
}

test('a run that is accepted and carried out here is watched without a look into the database', async () => {
  const thread = openThread();
  thread.expect();
  const watched = thread.watch();
  for (const event of [logged(58, start), logged(59, said), logged(60, end)]) {
    await new Promise(setImmediate);
    thread.publish(event);
  }
  expect(await watched).toEqual([58, 59, 60]);
  expect(thread.looks()).toBe(0);
});

test('also one that is over before its watcher comes', async () => {
  const thread = openThread();
  thread.expect();
  thread.publish(logged(1, start), logged(2, said), logged(3, end));
  expect(await thread.watch()).toEqual([1, 2, 3]);
  expect(thread.looks()).toBe(0);
});

test.each([
  ['another process tells of it', (t: ReturnType<typeof openThread>) => t.hint(logged(1, start))],
  [
    'anything may have been missed',
    (t: ReturnType<typeof openThread>) => {
      t.save(logged(1, start));
      t.gap();
    },
  ],
  [
    'another process began it',
    (t: ReturnType<typeof openThread>) => {
      t.save(logged(1, start));
      t.publish(logged(2, { ...start, attempt: 2 } as TurnEvent));
    },
  ],
  ['a run before it goes on', (t: ReturnType<typeof openThread>) => t.publish(logged(1, said, 'before'))],
])('the database is read where %s, before the watcher comes or after', async (_, happens) => {
  for (const early of [true, false]) {
    const thread = openThread();
    thread.expect();
    if (early) happens(thread);
    const watched = thread.watch();
    await new Promise(setImmediate);
    if (!early) happens(thread);
    await new Promise(setImmediate);
    thread.publish(logged(3, said), logged(4, end));
    const seqs = await watched;
    expect(seqs.slice(-2)).toEqual([3, 4]);
    expect(thread.looks()).toBeGreaterThan(0);
  }
});

test('a run that was not expected is read from the database', async () => {
  const thread = openThread();
  thread.save(logged(1, start), logged(2, end));
  expect(await thread.watch()).toEqual([1, 2]);
  expect(thread.looks()).toBe(1);
});
