import type { ChatRequest } from '../model/chat-model.ts';
import { citingNote } from './citations/citing-note.ts';
import type { Edge } from './graph-file.ts';
import { knownOfThread } from './known-of-thread.ts';
import { nearestExamples } from './nearest-examples.ts';
import { type Seat, type SeatedGraph, seatOf } from './seat.ts';
import type { StateValues } from './state.ts';
import { systemPrompt } from './system-prompt.ts';
import { toolSpec } from './tool-spec.ts';
import { transferTool } from './transfer-tool.ts';
import { closedNotes, edgeName } from './turn-course.ts';
import { limitNote, mustAnswer, spentLimits } from './turn-limits.ts';
import { whatAgentSees } from './what-agent-sees.ts';

/**
 * What an agent's model is asked: its prompt, what it may see, its tools, its edges that are open. `answerOnly`
 * where a spent limit leaves nothing to call. `instructions` are what the calling application laid down, where the state has not all of
 * the thread.
 */
export async function buildRequest(
  seated: SeatedGraph,
  seat: Seat,
  state: StateValues,
  signal: AbortSignal,
  instructions: readonly string[] = knownOfThread(state.messages).instructions,
): Promise<{ request: ChatRequest; answerOnly: boolean }> {
  const { agent, edges } = seat;
  const spent = spentLimits(state.counts, seated.graph.limits, Date.now());
  const open = openEdges(seated, seat, state);
  const transfers = open.map((edge) => transferTool(edge, seatOf(seated, edge.to).agent));
  const messages = whatAgentSees(agent.name, state, edgeInto(seated, agent.name, state));
  const cases = await nearestExamples(agent, messages);
  const { nudge } = state.course;
  const notes = [
    ...citingNote(seated, seat, state.messages),
    ...limitNote(spent, seated.graph.limits),
    ...closedNotes(edges, state.course),
    ...(nudge ? [`# Your last reply\n\n${nudge}`] : []),
  ];
  const answerOnly = mustAnswer(spent);
  const request = {
    role: agent.model,
    agent: { name: agent.name, examples: agent.examples },
    system: systemPrompt(agent, { edges: open, cases, instructions, notes }),
    messages,
    tools: answerOnly ? [] : [...seat.tools.map(toolSpec), ...transfers],
    signal,
  };
  return { request, answerOnly };
}

/** The edges on which an agent may hand over now. */
export function openEdges({ graph }: SeatedGraph, { edges }: Seat, { counts, course }: StateValues): Edge[] {
  if (spentLimits(counts, graph.limits, Date.now()).size > 0) return [];
  return edges.filter((edge) => {
    const used = course.used[edgeName(edge)] ?? 0;
    return course.closed[edgeName(edge)] === undefined && used < (edge.limit ?? Number.POSITIVE_INFINITY);
  });
}

/** The edge on which control came to an agent in this turn. */
export function edgeInto({ graph }: SeatedGraph, agent: string, { callers }: StateValues): Edge | undefined {
  const caller = callers.findLast(({ to }) => to === agent);
  return graph.edges.find(({ from, to }) => from === caller?.from && to === agent);
}
