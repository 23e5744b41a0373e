import { expect, test } from 'vitest';
import { type Caller, inTenant, localTenant } from '../../src/tenancy.ts';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';

const caller: Caller = { tenant: localTenant, kind: 'local', id: 'local', name: 'local', role: 'admin' };
const wish = 'I want to talk to a person';

test('who asks for a person again in the same thread is told of the open ticket, and has no second', async () => {
  const context = await openTestContext({ project: '.' });
  const say = (threadId?: string) =>
    inTenant({ tenant: localTenant, caller }, async () => {
      const ids = await ask(context, wish, { graph: 'support', ...(threadId && { threadId }) });
      return { ...ids, last: (await watch(context, ids)).at(-1) };
    });
  const { threadId, last } = await say();
  expect(last).toMatchObject({ type: 'turn-end', path: ['support-triage', 'escalation'] });
  expect((await say(threadId)).last).toMatchObject({
    type: 'turn-end',
    answer: { content: expect.stringContaining('which is still open') },
  });
  const tickets = await context.db.selectFrom('baton.ticket').select('thread_id').execute();
  expect(tickets).toEqual([{ thread_id: threadId }]);
}, 60_000);
