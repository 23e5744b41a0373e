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
  const begun = context.turns.begun.recall(first.threadId, before.checkpointId);
  expect(begun).toEqual(before.values);
  expect(await savedStates(context)({ ...start, threadId: first.threadId })).toBe(begun);
});

test('a state is known to its tenant alone, and the oldest are forgotten', () => {
  const states = new BegunStates();
  const values = emptyState('clerk');
  inTenant('acme', () => states.remember('thread', 'first', values));
  expect(inTenant('acme', () => states.recall('thread', 'first'))).toBe(values);
  expect(inTenant('other', () => states.recall('thread', 'first'))).toBeUndefined();
  for (let count = 0; count < 64; count++)
    inTenant('acme', () => states.remember('thread', `${count}`, values));
  expect(inTenant('acme', () => states.recall('thread', 'first'))).toBeUndefined();
  expect(inTenant('acme', () => states.recall('thread', '63'))).toBe(values);
});
