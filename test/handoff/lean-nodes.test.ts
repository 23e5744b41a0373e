import {
  type BaseCheckpointSaver,
  Command,
  END,
  interrupt,
  type LangGraphRunnableConfig,
  MemorySaver,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { describe, expect, test } from 'vitest';
import { type Act, type LeanNode, makeLean } from '../../src/handoff/lean-nodes.ts';
import type { NodeEar } from '../../src/handoff/node-ear.ts';
import {
  type StartUpdate,
  type StateUpdate,
  type StateValues,
  stateChannels,
} from '../../src/handoff/state.ts';
import type { AiMessage, Message } from '../../src/message.ts';
import { insideOfGraph } from '../../src/model/without-tracing.ts';

type Kind = 'plain' | 'lean';
type Builder = StateGraph<typeof StateGraph, StateValues, StateUpdate, string>;
type Desk = ReturnType<typeof makeDesk>;

const kinds: Kind[] = ['plain', 'lean'];
const limits = { recursionLimit: 20 };

function ai(name: string, content: string, calls: AiMessage['tool_calls'] = []): AiMessage {
  return { type: 'ai', id: `${name}: ${content}`, name, content, tool_calls: calls };
}

function human(content: string): Message {
  return { type: 'human', id: content, content };
}

function ask(content: string): StateUpdate {
  return { messages: [human(content)], agent: 'clerk', done: false };
}

/** Looks something up, hands over to the writer without a word of its own, and is called again. */
async function clerk({ messages, counts }: StateValues): Promise<StateUpdate> {
  if (messages.at(-1)?.type === 'tool') return { agent: 'writer', callers: [] };
  const call = { id: `call-${messages.length}`, name: 'look_up', args: {} };
  return { messages: [ai('clerk', '', [call])], counts: { ...counts, calls: counts.calls + 1 } };
}

async function writer({ messages, counts }: StateValues): Promise<StateUpdate> {
  return { messages: [ai('writer', `answer ${counts.calls} to ${messages.length}`)], done: true };
}

/** Waits for a person where the question wants one. */
async function tools({ messages }: StateValues, config: LangGraphRunnableConfig): Promise<StateUpdate> {
  const asked = messages.findLast(({ type }) => type === 'human')?.content;
  const said = asked === 'with leave' ? insideOfGraph(config, () => interrupt({ may: 'I?' })) : 'a fact';
  const { tool_calls } = messages.at(-1) as AiMessage; // nothing else leads here
  return {
    messages: tool_calls.map(({ id, name }) => ({
      type: 'tool',
      id: `of ${id}`,
      tool_call_id: id,
      name,
      content: String(said),
      status: 'success',
    })),
  };
}

function speaker({ agent }: StateValues): string {
  return agent;
}

function afterSpeaking({ messages, agent, done }: StateValues): string {
  const last = messages.at(-1);
  if (last?.type === 'ai' && last.tool_calls.length > 0) return 'tools';
  return done ? END : agent;
}

/** One graph, on nodes of either kind; `crash` is the node that fails the first time. */
function makeDesk(kind: Kind, saver: BaseCheckpointSaver = new MemorySaver(), crash?: string) {
  let left = crash === undefined ? 0 : 1;
  const failing = (name: string, act: Act): Act =>
    async function acting(state, config) {
      if (name === crash && left-- > 0) throw new Error(`${name} crashed`);
      return act(state, config);
    };
  const nodes: Record<string, LeanNode> = {
    clerk: { act: failing('clerk', clerk), route: afterSpeaking },
    writer: { act: failing('writer', writer), route: afterSpeaking },
    tools: { act: failing('tools', tools), route: speaker },
  };
  const builder = new StateGraph(stateChannels('clerk')) as unknown as Builder; // its type counts nodes one by one, ours come from a list
  for (const [name, { act, route }] of Object.entries(nodes)) {
    builder.addNode(name, act);
    builder.addConditionalEdges(name, route, ['clerk', 'writer', 'tools', END]);
  }
  builder.addConditionalEdges(START, speaker, ['clerk', 'writer']);
  const compiled = builder.compile({ checkpointer: saver });
  if (kind === 'lean') makeLean(compiled, nodes, speaker);
  const config = { configurable: { thread_id: 't' }, ...limits };
  return {
    saver,
    compiled,
    config,
    run: (start: StartUpdate | StateUpdate | Command | null, more: object = {}) =>
      compiled.invoke(start as never, { ...config, ...more }), // the builder's type knows no channels
  };
}

/** All that is kept of a thread, but for ids and times: the newest checkpoint first. */
async function kept({ saver, compiled, config }: Desk) {
  const chain = (await all(saver.list(config))).map(({ checkpoint, metadata, pendingWrites }) => ({
    values: checkpoint.channel_values,
    versions: checkpoint.channel_versions,
    seen: checkpoint.versions_seen,
    metadata,
    writes: pendingWrites?.map(([, channel, value]) => [channel, withoutIds(value)]),
  }));
  const states = (await all(compiled.getStateHistory(config))).map(({ next, tasks, values, metadata }) => ({
    next,
    values,
    step: [metadata?.source, metadata?.step],
    tasks: tasks.map(({ name, error, interrupts }) => ({
      name,
      error: error && String((error as Error).message), // as it was thrown
      interrupts: interrupts.map(({ value }) => value),
    })),
  }));
  return { chain, states };
}

async function all<Thing>(things: AsyncIterable<Thing>): Promise<Thing[]> {
  const found: Thing[] = [];
  for await (const thing of things) found.push(thing);
  return found;
}

function withoutIds(value: unknown): unknown {
  if (value instanceof Error) return value.message;
  return JSON.parse(JSON.stringify(value ?? null), (key, part) =>
    key === 'stack' || (key === 'id' && /^[0-9a-f]{32}$/.test(part)) ? undefined : part,
  );
}

/** Plays the same on nodes of either kind; both come to the same, which is returned. */
async function playBoth<Result>(play: (kind: Kind) => Promise<{ desk: Desk; result: Result }>) {
  const [plain, lean] = await Promise.all(
    kinds.map(async (kind) => {
      const { desk, result } = await play(kind);
      return { result, ...(await kept(desk)) };
    }),
  );
  if (!plain || !lean) throw new Error('Two were played.');
  expect(lean).toStrictEqual(plain);
  return lean;
}

function stepsOf({ states }: { states: { next: string[] }[] }): string[] {
  return states.map(({ next }) => next.join()).reverse();
}

const wholeTurn = ['__start__', 'clerk', 'tools', 'clerk', 'writer', ''];

test('turns on lean nodes come to the same values by the same checkpoints', async () => {
  const both = await playBoth(async (kind) => {
    const desk = makeDesk(kind);
    const first = await desk.run(ask('one'));
    return { desk, result: [first, await desk.run(ask('two'))] };
  });
  expect(both.result).toMatchObject([{ done: true }, { done: true, counts: { calls: 2 } }]);
  expect(both.chain[0]?.values).toMatchObject({ agent: 'writer', done: true });
  expect(both.chain[0]?.values).not.toHaveProperty('branch:to:writer');
  expect(both.chain[1]?.values).toHaveProperty('branch:to:writer', 'clerk');
  expect(stepsOf(both)).toEqual([...wholeTurn, ...wholeTurn]);
});

test('what is streamed of the steps is the same', async () => {
  const [plain, lean] = await Promise.all(
    kinds.map(async (kind) => {
      const { compiled, config } = makeDesk(kind);
      const streamMode = ['updates', 'values'] as const;
      return all(await compiled.stream(ask('one') as never, { ...config, streamMode: [...streamMode] })); // the builder's type knows no channels
    }),
  );
  expect(lean).toStrictEqual(plain);
  expect(lean?.filter(([mode]) => mode === 'updates')).toHaveLength(4);
});

describe.each(['clerk', 'tools', 'writer'])('after a crash in %s', (crash) => {
  test('the same is kept, and the turn goes on alike', async () => {
    const broken = await playBoth(async (kind) => {
      const desk = makeDesk(kind, new MemorySaver(), crash);
      await expect(desk.run(ask('one'))).rejects.toThrow(`${crash} crashed`);
      return { desk, result: (await desk.compiled.getState(desk.config)).next };
    });
    expect(broken.result).toEqual([crash]);
    expect(broken.states[0]?.tasks).toMatchObject([{ name: crash, error: `${crash} crashed` }]);
    const whole = await playBoth(async (kind) => {
      const desk = makeDesk(kind, new MemorySaver(), crash);
      await expect(desk.run(ask('one'))).rejects.toThrow();
      return { desk, result: await desk.run(null) };
    });
    expect(whole.result).toMatchObject({ done: true });
    expect(stepsOf(whole)).toEqual(wholeTurn);
  });

  test.each([
    ['plain', 'lean'],
    ['lean', 'plain'],
  ] as const)('a thread begun on %s nodes goes on with %s ones', async (before, after) => {
    const desk = makeDesk(before, new MemorySaver(), crash);
    await expect(desk.run(ask('one'))).rejects.toThrow();
    const other = makeDesk(after, desk.saver);
    await other.run(null);
    await desk.run(ask('two'));
    const alone = makeDesk('plain', new MemorySaver(), crash);
    await expect(alone.run(ask('one'))).rejects.toThrow();
    await alone.run(null);
    await alone.run(ask('two'));
    expect(await kept(other)).toStrictEqual(await kept(alone));
    expect(stepsOf(await kept(other))).toEqual([...wholeTurn, ...wholeTurn]);
  });
});

test('a turn that stops before a node goes on alike, also on nodes of the other kind', async () => {
  const stop = { interruptBefore: ['tools', 'writer'] };
  const both = await playBoth(async (kind) => {
    const desk = makeDesk(kind);
    const other = makeDesk(kind === 'plain' ? 'lean' : 'plain', desk.saver);
    await desk.run(ask('one'), stop);
    const { next } = await desk.compiled.getState(desk.config);
    await other.run(null, stop);
    const { next: then } = await desk.compiled.getState(desk.config);
    return { desk, result: [next, then, await desk.run(null, stop)] };
  });
  expect(both.result).toMatchObject([['tools'], ['writer'], { done: true }]);
  expect(stepsOf(both)).toEqual(wholeTurn);
});

test('a turn that stops before its beginning begins alike, also on nodes of the other kind', async () => {
  const both = await playBoth(async (kind) => {
    const desk = makeDesk(kind);
    const other = makeDesk(kind === 'plain' ? 'lean' : 'plain', desk.saver);
    await desk.run(ask('one'), { interruptBefore: ['__start__'] });
    const { next } = await desk.compiled.getState(desk.config);
    return { desk, result: [next, await other.run(null)] };
  });
  expect(both.result).toMatchObject([['__start__'], { done: true }]);
  expect(stepsOf(both)).toEqual(wholeTurn);
});

test('a turn that leaves the first messages behind, and says not who begins, begins alike', async () => {
  const both = await playBoth(async (kind) => {
    const desk = makeDesk(kind);
    await desk.run(ask('one'));
    const start: StartUpdate = { messages: { forget: 2, add: [human('two')] }, done: false };
    return { desk, result: await desk.run(start) };
  });
  expect(both.result).toMatchObject({
    messages: [{ type: 'tool' }, { name: 'writer' }, human('two'), { name: 'writer' }],
  });
  expect(stepsOf(both).slice(-3)).toEqual(['__start__', 'writer', '']);
});

test('a node that waits for a person is asked alike, and goes on with the answer', async () => {
  const both = await playBoth(async (kind) => {
    const desk = makeDesk(kind);
    await desk.run(ask('with leave'));
    const { tasks } = await desk.compiled.getState(desk.config);
    const asked = tasks.flatMap(({ interrupts }) => interrupts.map(({ value }) => value));
    return { desk, result: { asked, values: await desk.run(new Command({ resume: 'you may' })) } };
  });
  expect(both.result).toMatchObject({ asked: [{ may: 'I?' }], values: { done: true } });
  expect(both.result.values.messages).toContainEqual(
    expect.objectContaining({ type: 'tool', content: 'you may' }),
  );
});

test.each(['clerk', 'tools', 'writer'])('a state that is written as %s leads on alike', async (as) => {
  const update: StateUpdate = { messages: [human('changed')], agent: 'writer', done: as === 'writer' };
  const both = await playBoth(async (kind) => {
    const desk = makeDesk(kind);
    await desk.run(ask('one'), { interruptBefore: ['tools'] });
    await desk.compiled.updateState(desk.config, update, as);
    const { next } = await desk.compiled.getState(desk.config);
    return { desk, result: { next, values: await desk.run(null) } };
  });
  expect(both.result.next).toEqual(as === 'writer' ? [] : ['writer']);
  expect(both.chain.map(({ metadata }) => metadata?.source)).toContain('update');
  expect(both.result.values).toMatchObject({ agent: 'writer' });
});

test('a state that is written as nobody in particular leads on alike', async () => {
  const both = await playBoth(async (kind) => {
    const desk = makeDesk(kind);
    await desk.run(ask('one'));
    await desk.compiled.updateState(desk.config, { messages: [human('changed')], done: false });
    return { desk, result: await desk.run(null) };
  });
  expect(both.chain[0]?.values).toMatchObject({
    messages: expect.arrayContaining([ai('writer', 'answer 1 to 5')]),
  });
});

test('lean nodes alone tell the ear of the run what they hand in, once each is done', async () => {
  const heard: string[] = [];
  const ear: NodeEar = {
    tell() {},
    stepped: (node, update) => heard.push(`${node}: ${Object.keys(update)}`),
  };
  for (const kind of kinds) {
    const desk = makeDesk(kind, new MemorySaver(), 'writer');
    const configurable = { ...desk.config.configurable, ear };
    await expect(desk.run(ask('one'), { configurable })).rejects.toThrow();
    await desk.run(null, { configurable });
  }
  expect(heard).toEqual([
    'clerk: messages,counts',
    'tools: messages',
    'clerk: agent,callers',
    'writer: messages,done',
  ]);
});
