import { Command, END, interrupt, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { expect, test } from 'vitest';
import type { CompiledGraph } from '../../src/handoff/compile-graph.ts';
import { type StateUpdate, type StateValues, stateChannels } from '../../src/handoff/state.ts';
import { insideOfGraph } from '../../src/model/without-tracing.ts';
import { eachUpdate, type Updates } from '../../src/turn/each-update.ts';

type Builder = StateGraph<typeof StateGraph, StateValues, StateUpdate, string>;
type Work = Parameters<Builder['addNode']>[1];

/** A clerk, and a writer who does what the test says. */
function makeGraph(writer: Work): CompiledGraph {
  const builder = new StateGraph(stateChannels('clerk')) as unknown as Builder; // its type counts nodes one by one
  builder.addNode('clerk', async () => ({ agent: 'writer' }));
  builder.addNode('writer', writer);
  builder.addEdge(START, 'clerk' as never);
  builder.addEdge('clerk' as never, 'writer' as never);
  builder.addEdge('writer' as never, END);
  return builder.compile({ checkpointer: new MemorySaver() }) as unknown as CompiledGraph; // as compileGraph types it
}

const input = { messages: [], done: false };

function options(signal = new AbortController().signal) {
  return { signal, configurable: { thread_id: 't' }, recursionLimit: 20 };
}

/** Both ways to hear of updates, on a graph each, one run after the other. */
async function bothWays(work: () => Work, inputs: (object | null)[]) {
  const heard = async (run: (graph: CompiledGraph, start: object | null) => Promise<Updates[]>) => {
    const graph = makeGraph(work());
    const all: unknown[] = [];
    for (const start of inputs) all.push(await run(graph, start).catch((error: unknown) => String(error)));
    return withoutIds(all);
  };
  const ours = await heard(async (graph, start) => {
    const updates: Updates[] = [];
    await eachUpdate(graph, start, options(), (one) => updates.push(one));
    return updates;
  });
  const theirs = await heard(async (graph, start) => {
    const updates: Updates[] = [];
    const stream = await graph.stream(start as never, { ...options(), streamMode: 'updates' });
    for await (const one of stream) updates.push(one as Updates);
    return updates;
  });
  return { ours, theirs };
}

function withoutIds(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, part) => (key === 'id' ? undefined : part));
}

test('the updates of a run are those of LangGraph’s stream', async () => {
  const { ours, theirs } = await bothWays(() => async () => ({ done: true }), [input, input]);
  expect(ours).toStrictEqual(theirs);
  expect(ours).toStrictEqual([
    [{ clerk: { agent: 'writer' } }, { writer: { done: true } }],
    [{ clerk: { agent: 'writer' } }, { writer: { done: true } }],
  ]);
});

test('so is what a node waits for, and how it goes on', async () => {
  const work: Work = async (_, config) => {
    insideOfGraph(config, () => interrupt({ may: 'I?' }));
    return { done: true };
  };
  const { ours, theirs } = await bothWays(() => work, [input, new Command({ resume: 'yes' })]);
  expect(ours).toStrictEqual(theirs);
  expect(ours).toMatchObject([
    [{ clerk: {} }, { __interrupt__: [{ value: { may: 'I?' } }] }],
    [{ writer: { done: true } }],
  ]);
});

test('so is the error of a node, and the run that goes on after it', async () => {
  const failingOnce = (): Work => {
    let left = 1;
    return async () => {
      if (left-- > 0) throw new Error('the writer broke');
      return { done: true };
    };
  };
  const { ours, theirs } = await bothWays(failingOnce, [input, null]);
  expect(ours).toStrictEqual(theirs);
  expect(ours).toEqual(['Error: the writer broke', [{ writer: { done: true } }]]);
});

test('it rejects with the signal’s reason at once, though a node does not listen, and hears no more', async () => {
  const reins = new AbortController();
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const graph = makeGraph(async () => {
    begun.resolve();
    await release.promise;
    return { done: true };
  });
  const heard: Updates[] = [];
  const run = eachUpdate(graph, input, options(reins.signal), (one) => heard.push(one));
  await begun.promise;
  reins.abort(new Error('enough'));
  await expect(run).rejects.toThrow('enough');
  release.resolve();
  expect(heard).toEqual([{ clerk: { agent: 'writer' } }]);
  await expect(eachUpdate(graph, null, options(reins.signal), () => undefined)).rejects.toThrow('enough');
});
