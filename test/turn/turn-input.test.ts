import { Command } from '@langchain/langgraph';
import { expect, test } from 'vitest';
import { type Graph, readGraph } from '../../src/handoff/graph-file.ts';
import { emptyState } from '../../src/handoff/state.ts';
import type { AiMessage, HumanMessage } from '../../src/message.ts';
import { beginTurn } from '../../src/turn/turn-input.ts';

const graph = readGraph('g.yaml', 'g', 'start: a\nagents: [a, b]\nnextTurn: sticky') as Graph; // it has no mistakes
const said = (id: string, content: string): HumanMessage => ({ type: 'human', id, content });
const before = { ...emptyState('a'), agent: 'b', messages: [said('m1', 'first')] };

test('a message whose id the thread has gets one of its own', () => {
  const { added } = beginTurn(
    graph,
    { history: [], messages: [said('m1', 'again'), said('m2', 'new'), said('', 'none')] },
    before,
  );
  const [again, fresh, none] = added;
  expect(again).toMatchObject({ content: 'again', id: expect.not.stringMatching(/^m1$/) });
  expect(fresh?.id).toBe('m2');
  expect(none?.id).toMatch(/^[0-9a-f-]{36}$/);
});

test('a new turn begins its counts anew, and goes on with who spoke last where the graph is sticky', () => {
  const { start, values } = beginTurn(
    graph,
    { history: [], messages: [said('', 'hi')] },
    { ...before, done: true },
  );
  expect(start).toMatchObject({
    agent: 'b',
    callers: [],
    done: false,
    counts: { handoffs: 0, calls: 0, tokens: 0 },
  });
  expect(values.messages.map(({ content }) => content)).toEqual(['first', 'hi']);
});

test('calls that were never answered are answered before the user speaks again', () => {
  const open: AiMessage = {
    type: 'ai',
    id: 'm2',
    name: 'a',
    content: '',
    tool_calls: [{ id: 'c1', name: 'look', args: {} }],
  };
  const { added } = beginTurn(
    graph,
    { history: [], messages: [said('', 'hi')] },
    { ...before, messages: [...before.messages, open] },
  );
  expect(added.map(({ type }) => type)).toEqual(['tool', 'human']);
});

test('history is for threads that have none, and a decision resumes', () => {
  const input = { history: [said('h', 'earlier')], messages: [said('', 'hi')] };
  expect(beginTurn(graph, input, undefined).added.map(({ content }) => content)).toEqual(['earlier', 'hi']);
  expect(beginTurn(graph, input, before).added.map(({ content }) => content)).toEqual(['hi']);
  expect(beginTurn(graph, { history: [], messages: [], resume: 'accept' }, before).start).toBeInstanceOf(
    Command,
  );
});
