import { z } from 'zod';
import type { JsonObject } from '../message.ts';
import type { ChatRequest, ToolSpec } from '../model/chat-model.ts';
import { citingNote } from './citations/citing-note.ts';
import { foundInTurn } from './citations/found-passages.ts';
import type { Edge } from './graph-file.ts';
import { nearestExamples } from './nearest-examples.ts';
import { type Seat, type SeatedGraph, seatOf } from './seat.ts';
import type { StateValues } from './state.ts';
import { systemPrompt } from './system-prompt.ts';
import { transferTool } from './transfer-tool.ts';
import { closedNotes, edgeName } from './turn-course.ts';
import { limitNote, mustAnswer, spentLimits } from './turn-limits.ts';
import { whatAgentSees } from './what-agent-sees.ts';

/**
 * What an agent's model is asked: its prompt, what it may see, its tools, its edges that are open. `answerOnly`
 * where a spent limit leaves nothing to call.
 */
export async function buildRequest(
  seated: SeatedGraph,
  seat: Seat,
  state: StateValues,
  signal: AbortSignal,
): Promise<{ request: ChatRequest; answerOnly: boolean }> {
  const { agent, edges } = seat;
  const spent = spentLimits(state.counts, seated.graph.limits, Date.now());
  const open = openEdges(seated, seat, state);
  const transfers = open.map((edge) => transferTool(edge, seatOf(seated, edge.to).agent));
  const messages = whatAgentSees(agent.name, state, edgeInto(seated, agent.name, state));
  const cases = await nearestExamples(agent, messages);
  const { nudge } = state.course;
  const notes = [
    ...citingNote(seated, seat, foundInTurn(seated, state.messages)),
    ...limitNote(spent, seated.graph.limits),
    ...closedNotes(edges, state.course),
    ...(nudge ? [`# Your last reply\n\n${nudge}`] : []),
  ];
  const answerOnly = mustAnswer(spent);
  const request = {
    role: agent.model,
    agent: { name: agent.name, examples: agent.examples },
    system: systemPrompt(agent, { edges: open, cases, messages: state.messages, notes }),
    messages,
    tools: answerOnly ? [] : [...seat.tools.map(toSpec), ...transfers],
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
function edgeInto({ graph }: SeatedGraph, agent: string, { callers }: StateValues): Edge | undefined {
  const caller = callers.findLast(({ to }) => to === agent);
  return graph.edges.find(({ from, to }) => from === caller?.from && to === agent);
}

function toSpec({ name, description, parameters }: Seat['tools'][number]): ToolSpec {
  const schema = z.toJSONSchema(parameters, { target: 'draft-7', io: 'input' });
  return { name, description, parameters: schema as JsonObject }; // a JSON Schema is JSON
}
