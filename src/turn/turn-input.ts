import { randomUUID } from 'node:crypto';
import { Command } from '@langchain/langgraph';
import type { Decided } from '../handoff/ask-approval.ts';
import type { Graph } from '../handoff/graph-file.ts';
import { applyUpdate, emptyState, noCounts, type StateUpdate, type StateValues } from '../handoff/state.ts';
import { noCourse } from '../handoff/turn-course.ts';
import type { AiMessage, HumanMessage, Json, Message, ToolMessage } from '../message.ts';

/** What a turn begins with, as its run's row keeps it. */
export interface TurnInput {
  /** Earlier messages, for a thread that has none yet. */
  history: Message[];
  /** What the user says now; empty when the turn resumes. */
  messages: HumanMessage[];
  /** What a person decided, for a thread that waits for it. */
  resume?: Json;
}

/** How a turn begins. */
export interface Beginning {
  /** The input as LangGraph takes it. */
  start: StateUpdate | Command;
  /** The messages that it adds. */
  added: Message[];
  /** The state with them. */
  values: StateValues;
}

/** What a turn does first on a thread whose state is `before`; undefined on a new one. */
export function beginTurn(graph: Graph, input: TurnInput, before: StateValues | undefined): Beginning {
  const saved = before ?? emptyState(graph.start);
  if (input.resume !== undefined) {
    return {
      start: new Command({ resume: { decision: input.resume } satisfies Decided }),
      added: [],
      values: saved,
    };
  }
  const history = saved.messages.length === 0 ? input.history : [];
  const earlier = [...answerOpenCalls(saved.messages), ...history];
  const added = [...earlier, ...withFreshIds(input.messages, [...saved.messages, ...history])];
  const goesOn = graph.nextTurn === 'sticky' && graph.agents.includes(saved.agent);
  const start = {
    messages: added,
    agent: goesOn ? saved.agent : graph.start,
    callers: [],
    counts: { ...noCounts, startedAt: Date.now() },
    course: noCourse,
    done: false,
  };
  return { start, added, values: applyUpdate(saved, start) };
}

/** A turn that was cut short leaves calls without an answer, and no provider takes such a history. */
function answerOpenCalls(messages: Message[]): ToolMessage[] {
  const answered = new Set(
    messages.flatMap((message) => (message.type === 'tool' ? [message.tool_call_id] : [])),
  );
  const last = messages.findLast((message): message is AiMessage => message.type === 'ai');
  return (last?.tool_calls ?? [])
    .filter(({ id }) => !answered.has(id))
    .map(({ id, name }) => ({
      type: 'tool',
      id: randomUUID(),
      name,
      tool_call_id: id,
      status: 'error',
      content: 'Not known to have been carried out: the turn ended before this call was answered.',
    }));
}

/** Clients repeat ids; a message of the thread keeps its own. */
function withFreshIds(messages: HumanMessage[], before: Message[]): HumanMessage[] {
  const taken = new Set(before.map(({ id }) => id));
  return messages.map((message) => {
    const id = message.id && !taken.has(message.id) ? message.id : randomUUID();
    taken.add(id);
    return { ...message, id };
  });
}
