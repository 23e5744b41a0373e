import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { AppContext } from '../../../src/app-context.ts';
import type { AiMessage, JsonObject, Message } from '../../../src/message.ts';
import { type Cassettes, openCassettes } from '../../../src/model/cassettes/open-cassettes.ts';
import type { Place } from '../../../src/model/cassettes/place.ts';
import type { ChatModel, ChatReply, ChatRequest } from '../../../src/model/chat-model.ts';
import { currentRun } from '../../../src/tenancy.ts';
import type { LoggedEvent } from '../../../src/turn-event.ts';
import { ask, watch } from '../../support/ask.ts';
import { openTestContext } from '../../support/open-test-context.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { reply, say, scriptedModel, transfer } from '../../support/scripted-model.ts';
import { agentText, makeProject } from '../../support/temp-project.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { makeFolder, models, noModel } from './open-test-tapes.ts';

let databases: TestDatabase[];

beforeAll(async () => {
  databases = [await makeTestDatabase(), await makeTestDatabase()];
  return async () => {
    for (const { drop } of databases) await drop();
  };
});

/** The machine with its model behind cassettes; threads are told which case they are of. */
async function openTaped(
  project: string,
  made: TestDatabase | undefined,
  options: { dir: string; mode: 'record' | 'replay' },
  chat: ChatModel,
) {
  const places = new Map<string, Place>();
  const cassettes = openCassettes({ ...options, place: () => places.get(currentRun()?.threadId ?? '') });
  const context = await openTestContext({
    project,
    chat: cassettes.wrap(chat, models),
    ...(made && { made }),
  });
  return { context, cassettes, places };
}

interface Plan {
  says: string[];
  replies: ReplyPlan[];
}

interface ReplyPlan {
  text: string;
  calls: { tool: number | string; args: JsonObject; id: string }[];
  malformed: boolean;
}

const text = fc.constantFrom(
  '',
  ' ',
  'Done.',
  'Order 7 is on its way.\n\nAnything else?',
  'half \ud83d',
  "I'll transfer you to clerk.",
  '💥💥',
);
const args = fc.oneof(
  { weight: 4, arbitrary: fc.constant<JsonObject>({ question: 'Where?', order: 7 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<JsonObject[]>(
      {},
      { order: 'seven' },
      { b: 1, a: { z: 1, '10': 2 } },
      JSON.parse('{"__proto__": {"x": 1}}'),
    ),
  },
);
const call = fc.record({
  tool: fc.oneof(
    { weight: 5, arbitrary: fc.nat(3) },
    { weight: 1, arbitrary: fc.constantFrom('look_op', 'transfer_to_nobody', 'transfer_to_triage') },
  ),
  args,
  id: fc.constantFrom('call_1', 'call_2', '', 'ü', 'call_1'),
});
const plans: fc.Arbitrary<Plan> = fc.record({
  says: fc.array(
    fc.constantFrom('Where is my order?', 'And now?', 'Open 0b54ae52-7a4c-4f5d-9b0e-0b8f0d1f5a11'),
    { minLength: 1, maxLength: 3 },
  ),
  replies: fc.array(fc.record({ text, calls: fc.array(call, { maxLength: 3 }), malformed: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  }),
});

/** A model that does what the plan of its thread says, and then answers. */
function plannedModel(plans: Map<string, Plan>): ChatModel {
  const asked = new Map<string, number>();
  return async (request, onText) => {
    const threadId = currentRun()?.threadId ?? '';
    const at = asked.get(threadId) ?? 0;
    asked.set(threadId, at + 1);
    const given = replyOf(request, plans.get(threadId)?.replies[at]);
    if (given.text) onText(given.text);
    return given;
  };
}

function replyOf({ tools }: ChatRequest, plan: ReplyPlan | undefined): ChatReply {
  if (!plan) return say('That is all.');
  const calls = plan.calls.map(({ tool, ...rest }) => ({
    ...rest,
    name: typeof tool === 'string' ? tool : (tools[tool % Math.max(1, tools.length)]?.name ?? 'none'),
  }));
  const [first] = calls;
  const invalidCalls =
    plan.malformed && first ? [{ id: first.id, name: first.name, args: '{"order":', error: 'not JSON' }] : [];
  return reply({ text: plan.text, calls, invalidCalls, stop: calls.length > 0 ? 'calls' : 'end' });
}

/** Asks all turns of a thread; the events of all of them. */
async function converse(context: AppContext, threadId: string, says: string[]): Promise<LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (const line of says) events.push(...(await watch(context, await ask(context, line, { threadId }))));
  return events;
}

/** What happened, without what is another each time. */
function storyOf(events: LoggedEvent[]): unknown[] {
  return events.flatMap((event): unknown[] => {
    if (event.type === 'step-end')
      return [(event.update.messages as unknown as Message[] | undefined)?.map(toLine)]; // as the machine wrote them
    if (event.type === 'handoff') return [[event.from, event.to, event.brief]];
    if (event.type === 'repair' || event.type === 'handoff-refused') return [event.type, event.reason];
    if (event.type === 'turn-end') return [event.path, event.usage, event.repairs, toLine(event.answer)];
    return event.type === 'turn-error' ? [event.error, event.message] : [];
  });
}

function toLine(message: Message): unknown {
  const { id: _, ...rest } = message;
  if (message.type === 'tool') return { ...rest, tool_call_id: undefined, artifact: undefined };
  if (message.type !== 'ai') return rest;
  const invalid = message.invalid_tool_calls?.map(({ id: _, ...one }) => one);
  return { ...rest, tool_calls: callsOf(message), invalid_tool_calls: invalid };
}

function callsOf({ tool_calls }: AiMessage) {
  return tool_calls.map(({ id: _, ...one }) => one);
}

function callIdsIn(events: LoggedEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'call-end' ? [event.message.tool_call_id] : []));
}

test('whatever a model did is played again by the whole machine: the same transcript, other ids, and no request to it', async () => {
  const dir = await makeFolder();
  const planned = new Map<string, Plan>();
  const live = await openTaped(
    'test/fixtures/desk',
    databases[0],
    { dir, mode: 'record' },
    plannedModel(planned),
  );
  const recorded: { plan: Plan; events: LoggedEvent[]; place: Place }[] = [];
  const property = fc.asyncProperty(plans, async (plan) => {
    const threadId = crypto.randomUUID();
    const place = {
      suite: 'desk',
      case: `case-${recorded.length % 7}`,
      repeat: Math.floor(recorded.length / 7),
    };
    live.places.set(threadId, place);
    planned.set(threadId, plan);
    recorded.push({ plan, place, events: await converse(live.context, threadId, plan.says) });
  });
  await fc.assert(property, { numRuns: runsOf(40), seed: seedOf(7) });
  await live.cassettes.close();

  const again = await openTaped('test/fixtures/desk', databases[1], { dir, mode: 'replay' }, noModel);
  const replayed = await Promise.all(
    recorded.map(async ({ plan, place }) => {
      const threadId = crypto.randomUUID();
      again.places.set(threadId, place);
      return converse(again.context, threadId, plan.says);
    }),
  );

  for (const [at, { events, place, plan }] of recorded.entries()) {
    expect(again.cassettes.misses(place)).toEqual([]);
    expect(storyOf(replayed[at] ?? []), JSON.stringify(plan)).toEqual(storyOf(events));
  }
  const before = new Set(recorded.flatMap(({ events }) => callIdsIn(events)));
  const after = replayed.flatMap(callIdsIn);
  expect(after.length).toBeGreaterThan(10);
  expect(after.filter((id) => before.has(id))).toEqual([]);
}, 120_000);

test('an agent with another sentence is a divergence that names the sentence, and ends the turn at once', async () => {
  const files = (triage: string) => ({
    'agents/triage.md': agentText(triage, 'model: fast'),
    'agents/clerk.md': agentText('You look up orders.', 'model: careful'),
    'graphs/desk.yaml':
      'start: triage\nagents: [triage, clerk]\nhandoffs:\n  triage:\n    clerk: the question is about an order\n',
  });
  const dir = await makeFolder();
  const project = await makeProject(files('You decide who answers. Orders go to the clerk.'));
  const play = async (mode: 'record' | 'replay', chat: ChatModel): Promise<[LoggedEvent[], Cassettes]> => {
    const { context, cassettes, places } = await openTaped(project.dir, undefined, { dir, mode }, chat);
    const threadId = crypto.randomUUID();
    places.set(threadId, { suite: 'desk', case: 'order', repeat: 0 });
    const events = await converse(context, threadId, ['Where is order 7?']);
    await cassettes.close();
    return [events, cassettes];
  };
  const live = scriptedModel([transfer('clerk'), say('On its way.')]);
  await play('record', live);
  live.done();

  await project.write(files('You decide who answers. Orders go to nobody.'));
  const [events, cassettes] = await play('replay', noModel);

  expect(events.at(-1)).toMatchObject({ type: 'turn-error', error: 'internal' });
  expect(cassettes.misses({ suite: 'desk', case: 'order', repeat: 0 })).toEqual([
    {
      agent: 'triage',
      ordinal: 0,
      kind: 'divergence',
      why: 'The system prompt of triage says “Orders go to nobody.” where “Orders go to the clerk.” was recorded.',
    },
  ]);
  await project.remove();
}, 60_000);
