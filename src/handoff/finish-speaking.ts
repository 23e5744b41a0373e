import type { TurnEvent } from '../turn-event.ts';
import type { Graph } from './graph-file.ts';
import type { StateUpdate, StateValues } from './state.ts';

/** What follows when an agent spoke without calling anything: its words are the answer, or control goes back by the edge's `return`. */
export function finishSpeaking(
  graph: Graph,
  agent: string,
  { callers }: StateValues,
  tell: (event: TurnEvent) => void,
): StateUpdate {
  const at = callers.findLastIndex(({ to }) => to === agent);
  const caller = callers[at];
  const next = caller?.return === 'caller' ? caller.from : caller?.return === 'start' ? graph.start : agent;
  if (!caller || next === agent) return { done: true };
  tell({ type: 'handoff', from: agent, to: next, brief: {} });
  return { agent: next, callers: callers.slice(0, at) };
}
