import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyState } from '../../src/handoff/state.ts';
import { savedStates } from '../../src/http/langgraph/saved-states.ts';
import { inTenant } from '../../src/tenancy.ts';
import { BegunStates } from '../../src/turn/begun-states.ts';
import { readState, type ThreadState } from '../../src/turn/thread-state.ts';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { say, scriptedModel } from '../support/scripted-model.ts';
import { agentText, makeProject, type TempProject } from '../support/temp-project.ts';

let project: TempProject;

beforeAll(async () => {
  project = await makeProject({
    'agents/clerk.md': agentText('You are the clerk.'),
    'graphs/desk.yaml': 'start: clerk\nagents: [clerk]\n',
  });
});
afterAll(() => project?.remove());

const neverRead = () => Promise.reject(new Error('It is known.'));

test('who watches a run is given the state that the run has read, as it was saved', async () => {
  const context = await openTestContext({
    project: project.dir,
    chat: scriptedModel([say('1.'), say('2.')]),
  });
  const first = await ask(context, '1?');
  await watch(context, first);
  const before = (await readState(context, first.threadId)) as ThreadState; // the turn has ended
  const [start] = await watch(context, await ask(context, '2?', { threadId: first.threadId }));
  if (start?.type !== 'turn-start') throw new Error('A turn begins with its start.');
  expect(start.checkpointId).toBe(before.checkpointId);
  const begun = await context.turns.begun.recall(first.threadId, before.checkpointId, neverRead);
  expect(begun).toEqual(before.values);
  expect(await savedStates(context)({ ...start, threadId: first.threadId })).toBe(begun);
});

test('a state is known to its tenant alone, and the one that was used least lately is forgotten', async () => {
  const states = new BegunStates();
  const values = emptyState('clerk');
  const recall = (tenant: string, id: string) =>
    inTenant(tenant, () => states.recall('thread', id, () => Promise.resolve(undefined)));
  const remember = (id: string) => inTenant('acme', () => states.remember('thread', id, values));
  remember('first');
  remember('second');
  expect(await recall('acme', 'first')).toBe(values);
  expect(await recall('other', 'first')).toBeUndefined();
  for (let count = 0; count < 63; count++) remember(`${count}`);
  expect(await recall('acme', 'first')).toBe(values);
  expect(await recall('acme', 'second')).toBeUndefined();
  expect(await recall('acme', '62')).toBe(values);
});

test('who asks at once shares a reading, and what was not read is read for the next', async () => {
  const states = new BegunStates();
  const values = emptyState('clerk');
  let reads = 0;
  const recall = (outcome: () => Promise<typeof values | undefined>) =>
    inTenant('acme', () =>
      states.recall('thread', 'id', () => {
        reads += 1;
        return outcome();
      }),
    );
  await expect(recall(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await recall(() => Promise.resolve(undefined))).toBeUndefined();
  const found = () => Promise.resolve(values);
  expect(await Promise.all([recall(found), recall(found)])).toEqual([values, values]);
  expect(await recall(found)).toBe(values);
  expect(reads).toBe(3);
});
