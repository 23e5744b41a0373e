import type { TurnEvent } from '../turn-event.ts';
import { announcedHandoff } from './announced-handoff.ts';
import type { Edge, Graph } from './graph-file.ts';
import type { StateUpdate, StateValues } from './state.ts';
import { countRepair } from './turn-course.ts';

/** Somebody who spoke without calling anything. `open` are the edges that were offered. */
export interface Spoken {
  agent: string;
  text: string;
  open: Edge[];
}

/**
 * What follows when an agent spoke without calling anything: its words are the answer, or control goes back
 * by the edge's `return`. Words that only announce a handoff are no answer: the agent is told so, once a turn.
 */
export function finishSpeaking(
  graph: Graph,
  { agent, text, open }: Spoken,
  { callers, course }: StateValues,
  tell: (event: TurnEvent) => void,
): StateUpdate {
  const announced = course.repairs.promise === 0 ? announcedHandoff(text, open) : undefined;
  if (announced) {
    const reason = `You said that you would hand over${announced.to ? ` to ${announced.to}` : ''}, and called nothing: saying it does nothing. Call the transfer tool, or answer.`;
    tell({ type: 'repair', agent, repair: 'promise', reason });
    return { course: { ...countRepair(course, 'promise'), nudge: reason } };
  }
  const at = callers.findLastIndex(({ to }) => to === agent);
  const caller = callers[at];
  const next = caller?.return === 'caller' ? caller.from : caller?.return === 'start' ? graph.start : agent;
  if (!caller || next === agent) return { done: true };
  tell({ type: 'handoff', from: agent, to: next, brief: {} });
  return { agent: next, callers: callers.slice(0, at) };
}
