import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { inTenant, localTenant } from '../../src/tenancy.ts';
import { ask, watch } from '../support/ask.ts';
import { openTestContext } from '../support/open-test-context.ts';
import { call, say, scriptedModel } from '../support/scripted-model.ts';
import { agentText, makeProject, type TempProject, toolText } from '../support/temp-project.ts';

let project: TempProject;

beforeAll(async () => {
  project = await makeProject({
    'agents/clerk.md': agentText('You are the clerk.', 'tools: [pay]'),
    'graphs/till.yaml': 'start: clerk\nagents: [clerk]\napprove: [pay]\n',
    'tools/pay.ts': toolText('pay', "return 'paid';").replace(
      'z.object({})',
      'z.object({ sum: z.number() })',
    ),
  });
});
afterAll(() => project?.remove());

const ada = { tenant: localTenant, kind: 'user', id: 'u1', name: 'Ada', role: 'member' } as const;

async function rows({ db }: AppContext, action: string) {
  return db.selectFrom('baton.audit').selectAll().where('action', '=', action).orderBy('seq').execute();
}

async function pay(decision: 'accept' | 'refuse'): Promise<AppContext> {
  const chat = scriptedModel([call('pay', { sum: 7 }), say('Done.')]);
  const context = await openTestContext({ project: project.dir, chat });
  await inTenant({ tenant: localTenant, caller: ada }, async () => {
    const asked = await ask(context, 'Pay.', { graph: 'till' });
    await watch(context, asked);
    const { threadId } = asked;
    const resumed = await ask(context, '', { graph: 'till', threadId, input: [], resume: decision });
    await watch(context, resumed);
  });
  return context;
}

test('who approved which calls is recorded, and the call that changes the world once', async () => {
  const context = await pay('accept');
  expect(await rows(context, 'call-decide')).toMatchObject([
    {
      outcome: 'ok',
      actor_id: 'u1',
      target_type: 'thread',
      details: {
        decision: 'accept',
        asked: [{ value: { type: 'approval', calls: [{ name: 'pay', args: { sum: 7 } }] } }],
      },
    },
  ]);
  expect(await rows(context, 'tool-call')).toMatchObject([
    { outcome: 'ok', target_type: 'tool', target_id: 'pay', details: { args: { sum: 7 } } },
  ]);
});

test('who refused is recorded, and no call', async () => {
  const context = await pay('refuse');
  expect(await rows(context, 'call-decide')).toMatchObject([{ outcome: 'refused', actor_id: 'u1' }]);
  expect(await rows(context, 'tool-call')).toEqual([]);
});
