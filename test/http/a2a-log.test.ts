import { type StreamResponse, TaskState } from '@a2a-js/sdk';
import { expect, test } from 'vitest';
import type { Run } from '../../src/db/runs.ts';
import { emptyState } from '../../src/handoff/state.ts';
import { openTaskLog } from '../../src/http/a2a/task-log.ts';
import type { TurnEvent } from '../../src/turn-event.ts';
import { artifactsOf, changesOf, contentsOf, statesOf } from '../support/a2a.ts';
import { answered, asked, ids, logged, turn } from '../support/logged-events.ts';

const run = {
  run_id: ids.runId,
  thread_id: ids.threadId,
  graph: 'desk',
  input: { history: [], messages: [asked] },
  created_at: new Date(1_700_000_000_000),
} as unknown as Run; // what a task is told by

/** A task after these events, and what its stream says. */
async function follow(events: TurnEvent[]) {
  const log = openTaskLog({ taskId: ids.runId, contextId: ids.threadId }, async () => emptyState('clerk'));
  log.add(run);
  const told: StreamResponse[] = [{ payload: { $case: 'task', value: log.task() } }];
  for await (const event of logged(events)) told.push(...(await log.next(event)));
  return { task: log.task(), told, log };
}

test('what agents say on the way and the answer are artifacts of their own, and each has an end', async () => {
  const { task, told } = await follow(turn);
  expect(contentsOf(task)).toMatchObject([
    'One moment.',
    'It is on its way.',
    { path: ['clerk'], evidence: [{ call_id: 'c1' }], run_id: ids.runId },
  ]);
  expect(task.artifacts.map(({ artifactId, name }) => [artifactId, name])).toEqual([
    ['a1', 'clerk'],
    ['a2', 'answer'],
  ]);
  const ends = changesOf(told).filter(({ lastChunk }) => lastChunk);
  expect(ends.map(({ artifact }) => artifact?.artifactId)).toEqual(['a2', 'a1']);
  expect(contentsOf({ ...task, artifacts: artifactsOf(told) })).toEqual(contentsOf(task));
  expect(statesOf(told).at(-1)).toEqual(['completed']);
});

test('a text that a guard changed is told again in place of what was said', async () => {
  const answer = { ...answered, content: 'Sorry: it is on its way.' };
  const guarded = turn.map((event) => (event.type === 'turn-end' ? { ...event, answer } : event));
  const { task, told } = await follow(guarded);
  expect(contentsOf(task)[1]).toBe(answer.content);
  expect(artifactsOf(told)[1]?.parts).toEqual(task.artifacts[1]?.parts);
});

test('a log of which the end alone is kept still has its question and its answer', async () => {
  const { task } = await follow(turn.slice(-1));
  expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
  expect(contentsOf(task)[0]).toBe('It is on its way.');
  expect(task.history[0]?.parts[0]?.content?.value).toBe(asked.content);
});

test('a run that resumes goes on with its task, and a thread that goes on without an answer ends it', async () => {
  const waits: TurnEvent = { type: 'interrupted', interrupts: [{ id: 'i', value: { type: 'approval' } }] };
  const { log } = await follow([...turn.slice(0, 5), waits]);
  expect([log.rests, log.waits]).toEqual([true, true]);
  const left = await follow([...turn.slice(0, 5), waits]);
  left.log.leave();
  expect([left.log.state, left.log.waits]).toEqual([TaskState.TASK_STATE_CANCELED, false]);
  log.add({ ...run, run_id: 'r2', input: { history: [], messages: [], resume: 'accept' } });
  expect([log.state, log.rests]).toEqual([TaskState.TASK_STATE_SUBMITTED, false]);
  for await (const event of logged(turn.slice(5))) await log.next(event);
  expect(contentsOf(log.task()).slice(0, 2)).toEqual(['One moment.', 'It is on its way.']);
  expect(log.task().history.map(({ parts }) => parts[0]?.content?.value)).toEqual([asked.content, 'accept']);
});
