import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { createThread } from '../../src/db/threads.ts';
import { endRunFrom } from '../../src/turn/end-run-from.ts';
import { recoverRuns } from '../../src/turn/recover-runs.ts';
import { ask, type RunIds, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { say, scriptedModel } from '../support/scripted-model.ts';

const gone = { type: 'turn-error', error: 'internal', message: 'gone' } as const;

/** A run that a process which is gone has left in the database. */
async function leave({ db }: AppContext, status: 'running' | 'pending'): Promise<RunIds> {
  const ids = { threadId: randomUUID(), runId: randomUUID() };
  await createThread(db, { threadId: ids.threadId, graph: 'desk', metadata: {} });
  const input = { history: [], messages: [{ type: 'human', id: randomUUID(), content: 'hi' }] };
  const run = { run_id: ids.runId, thread_id: ids.threadId, graph: 'desk', status };
  await db
    .insertInto('baton.run')
    .values({
      ...run,
      input: JSON.stringify(input),
      kwargs: '{}',
      metadata: '{}',
      multitask_strategy: 'enqueue',
    })
    .execute();
  return ids;
}

test('a turn waits for the run that a process left running on its thread, and is not lost', async () => {
  const context = await openTestContext({ chat: scriptedModel([say('Here I am.')]) });
  const left = await leave(context, 'running');
  const ids = await ask(context, 'Hello?', { threadId: left.threadId });
  await recoverRuns(context, 0);
  const events = await watch(context, ids);
  expect(events.at(-1)).toMatchObject({ type: 'turn-end', answer: { content: 'Here I am.' } });
  expect(events[0]?.seq).toBe(2); // behind the end of the run that was left
  expect(await watch(context, left)).toMatchObject([{ type: 'turn-error', seq: 1 }]);
});

test('a run that someone else moved is not ended, and its log says nothing of it', async () => {
  const context = await openTestContext({ chat: scriptedModel([]) });
  const left = await leave(context, 'pending');
  expect(await endRunFrom(context, left, 'running', gone)).toBe(false);
  expect(await endRunFrom(context, left, 'pending', gone)).toBe(true);
  expect(await endRunFrom(context, left, 'pending', gone)).toBe(false);
  expect(await watch(context, left)).toMatchObject([{ seq: 1, message: 'gone' }]);
});

test('who watches a run that waits hears that the service stops', async () => {
  const context = await openTestContext({ chat: scriptedModel([]) });
  const left = await leave(context, 'pending');
  context.turns.stopping = true;
  await expect(watch(context, left)).rejects.toMatchObject({ code: 'unavailable' });
});
