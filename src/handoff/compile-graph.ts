import { createHash } from 'node:crypto';
import { type BaseCheckpointSaver, END, START, StateGraph } from '@langchain/langgraph';
import type { AiMessage } from '../message.ts';
import { speak } from './answer-cache/speak.ts';
import { answerCalls } from './answer-calls.ts';
import { type Act, makeLean } from './lean-nodes.ts';
import type { Machine, SeatedGraph } from './seat.ts';
import { type StateValues, stateChannels } from './state.ts';

/** A LangGraph that `compileGraph` made. */
export type CompiledGraph = ReturnType<typeof compileGraph>;

/**
 * Compiles a graph to one flat LangGraph `StateGraph`: a node an agent, and one node `tools` that answers
 * the calls of whoever spoke. A reply is saved before its calls run, so that a crash between the two
 * repeats neither.
 */
export function compileGraph(machine: Machine, seated: SeatedGraph, checkpointer: BaseCheckpointSaver) {
  const { graph } = seated;
  const channels = stateChannels(graph.start);
  const builder = new StateGraph(channels) as unknown as Builder; // its type counts nodes one by one, ours come from a list
  const answer: Act = (state, config) => answerCalls(machine, seated, state, config);
  builder.addNode('tools', answer);
  builder.addConditionalEdges('tools', speaker, graph.agents);
  const nodes: Parameters<typeof makeLean>[1] = { tools: { act: answer, route: speaker } };
  for (const agent of graph.agents) {
    const act: Act = (state, config) => speak(machine, seated, agent, state, config);
    builder.addNode(agent, act);
    builder.addConditionalEdges(agent, afterSpeaking, ['tools', ...graph.agents, END]);
    nodes[agent] = { act, route: afterSpeaking };
  }
  builder.addConditionalEdges(START, speaker, graph.agents);
  const compiled = builder.compile({ checkpointer, name: graph.name });
  makeLean(compiled, nodes, speaker);
  return compiled;
}

type Builder = StateGraph<typeof StateGraph, StateValues, Partial<StateValues>, string>;

function speaker({ agent }: StateValues): string {
  return agent;
}

function afterSpeaking({ messages, agent, done }: StateValues): string {
  const last = messages.at(-1) as AiMessage; // an agent has just spoken
  if (last.tool_calls.length > 0) return 'tools';
  return done ? END : agent;
}

/** The hash of a graph's file and those of its agents: the version that a thread is pinned to. */
export function versionOf({ graph, seats }: SeatedGraph): string {
  const hash = createHash('sha256').update(graph.text);
  for (const name of [...seats.keys()].sort()) hash.update(`\0${name}\0${seats.get(name)?.agent.text}`);
  return hash.digest('hex').slice(0, 16);
}
