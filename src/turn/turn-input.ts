import { randomUUID } from 'node:crypto';
import { Command } from '@langchain/langgraph';
import type { Decided } from '../handoff/ask-approval.ts';
import type { Graph } from '../handoff/graph-file.ts';
import {
  applyUpdate,
  emptyState,
  messagesBefore,
  noCounts,
  type StartUpdate,
  type StateValues,
} from '../handoff/state.ts';
import { noCourse } from '../handoff/turn-course.ts';
import type { AiMessage, Call, HumanMessage, Json, Message, ToolMessage } from '../message.ts';

/** What a turn begins with, as its run's row keeps it. */
export interface TurnInput {
  /** Earlier messages, for a thread that has none yet. */
  history: Message[];
  /** What the user says now; empty when the turn resumes. */
  messages: HumanMessage[];
  /** What a person decided, for a thread that waits for it. */
  resume?: Json;
  /** Go on from where the thread stopped. */
  proceed?: boolean;
  /** Messages that are added before the turn goes on. */
  update?: { messages: HumanMessage[] };
  /** The agent that speaks next instead of the one that would. */
  goto?: string;
  /** The saved state to go on from; absent: the newest. */
  checkpointId?: string;
}

/** How a turn begins. */
export interface Beginning {
  /** The input as LangGraph takes it; null goes on from the saved state. */
  start: StartUpdate | Command | null;
  /** The messages that it adds. */
  added: Message[];
  /** How many of the first ones the history leaves behind. */
  forgets?: number;
  /** The state with them. */
  values: StateValues;
}

/** What is known of a thread beside its state. */
export interface Besides {
  /** The ids of what it waits for. */
  interrupts?: string[];
  /** Answers to calls that were carried out by a turn which was cut short. */
  recorded?: ToolMessage[];
}

/** What a turn does first on a thread whose state is `before`; undefined on a new one. */
export function beginTurn(
  graph: Graph,
  input: TurnInput,
  before: StateValues | undefined,
  { interrupts = [], recorded = [] }: Besides = {},
): Beginning {
  const saved = before ?? emptyState(graph.start);
  if (input.proceed) return { start: null, added: [], values: saved };
  if (input.resume !== undefined) return resumeTurn(input, saved, interrupts);
  const start = newTurn(graph, input, saved, recorded);
  const added = start.messages;
  const forgets = graph.history ? messagesBefore(saved.messages, graph.history.turns) : 0;
  const update = forgets > 0 ? { ...start, messages: { forget: forgets, add: added } } : start;
  const command = input.goto ? new Command({ update, goto: input.goto }) : update;
  return { start: command, added, forgets, values: applyUpdate(saved, update) };
}

function resumeTurn(
  { resume = null, update }: TurnInput,
  saved: StateValues,
  interrupts: string[],
): Beginning {
  const messages = withFreshIds(update?.messages ?? [], saved.messages);
  const decision = decisionFor(resume, interrupts);
  const decided: Decided = { decision, ...(messages.length > 0 && { messages }) };
  return { start: new Command({ resume: decided }), added: [], values: saved }; // calls are answered before anything else is said
}

/** An answer, or the one that is given under the id of what waits. */
function decisionFor(resume: Json, [waiting]: string[]): Json {
  const byId = resume !== null && typeof resume === 'object' && !Array.isArray(resume) ? resume : {};
  const own = waiting === undefined ? undefined : Object.entries(byId).find(([id]) => id === waiting);
  return own ? (own[1] ?? null) : resume;
}

function newTurn(graph: Graph, input: TurnInput, saved: StateValues, recorded: ToolMessage[]) {
  const history = saved.messages.length === 0 ? input.history : [];
  const earlier = [...answerOpenCalls(saved.messages, recorded), ...history];
  const said = [...(input.update?.messages ?? []), ...input.messages];
  const goesOn = graph.nextTurn === 'sticky' && graph.agents.includes(saved.agent);
  return {
    messages: [...earlier, ...withFreshIds(said, [...saved.messages, ...history])],
    agent: input.goto ?? (goesOn ? saved.agent : graph.start),
    callers: [],
    counts: { ...noCounts, startedAt: Date.now() },
    course: noCourse,
    done: false,
  };
}

/** The calls that nobody answered, of the last reply. */
export function openCalls(messages: Message[]): Call[] {
  const answered = new Set(
    messages.flatMap((message) => (message.type === 'tool' ? [message.tool_call_id] : [])),
  );
  const last = messages.findLast((message): message is AiMessage => message.type === 'ai');
  return (last?.tool_calls ?? []).filter(({ id }) => !answered.has(id));
}

/** A turn that was cut short leaves calls without an answer, and no provider takes such a history. */
function answerOpenCalls(messages: Message[], recorded: ToolMessage[]): ToolMessage[] {
  return openCalls(messages).map(
    ({ id, name }) =>
      recorded.find((message) => message.tool_call_id === id) ?? {
        type: 'tool',
        id: randomUUID(),
        name,
        tool_call_id: id,
        status: 'error',
        content: 'Not known to have been carried out: the turn ended before this call was answered.',
      },
  );
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
