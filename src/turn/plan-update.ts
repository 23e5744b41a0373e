import { randomUUID } from 'node:crypto';
import { CallerError } from '../errors.ts';
import type { Graph } from '../handoff/graph-file.ts';
import { noCounts, type StateUpdate, type StateValues } from '../handoff/state.ts';
import { noCourse } from '../handoff/turn-course.ts';
import type { AiMessage, HumanMessage, Message, ToolMessage } from '../message.ts';
import { openCalls } from './turn-input.ts';

/** A change of a thread's state that somebody makes by hand. Nothing in it: the state is saved again, as the newest. */
export interface ManualUpdate {
  /** Added to the history. Without an id they get one; an agent's or a tool's without a name, that of its place. */
  messages?: (HumanMessage | Unnamed<AiMessage> | Unnamed<ToolMessage>)[];
  /** Who speaks next. */
  agent?: string;
  /** Whose step the update counts as, which says what comes next: an agent, `tools`, or `__start__` for what a user says. */
  asNode?: string;
  /** The saved state to change; absent: the newest. */
  checkpointId?: string;
  /** What is said comes from a person, under a name that no agent has. */
  byPerson?: true;
}

type Unnamed<Kind extends Message> = Omit<Kind, 'name'> & { name?: string };

export interface PlannedUpdate {
  node: string;
  change: StateUpdate;
}

/**
 * What an update changes and whose step it is; undefined when it changes nothing. Throws a `CallerError` when the history
 * would be one that no model takes: a call without its one answer, an id twice; or when the graph has no such agent.
 */
export function planUpdate(
  graph: Graph,
  before: StateValues,
  update: ManualUpdate,
): PlannedUpdate | undefined {
  const asked = update.asNode === '__input__' ? '__start__' : update.asNode;
  if (!update.messages?.length && update.agent === undefined && asked === undefined) return undefined;
  assertKnown(graph, 'values.agent', update.agent);
  if (asked !== '__start__' && asked !== 'tools') assertKnown(graph, 'as_node', asked);

  const messages = name(graph, before, update, asked);
  const open = assertFits(before.messages, messages);
  const last = [...before.messages, ...messages].at(-1);
  const node = asked ?? nodeOf(graph, last);
  if (graph.agents.includes(node) && last?.type !== 'ai')
    throw refused(
      'as_node',
      `the last message is not one of an agent, so this cannot be the step of ${node}`,
    );
  if (!graph.agents.includes(node) && open.length > 0)
    throw refused('values.messages', `the call ${open[0]} has no answer yet`);

  const speaker = messages.findLast((message): message is AiMessage => message.type === 'ai')?.name;
  const starts = node === '__start__' && graph.nextTurn !== 'sticky' ? graph.start : undefined;
  const agent = update.agent ?? speaker ?? starts ?? before.agent;
  const done = graph.agents.includes(node) && open.length === 0;
  const begun = { callers: [], counts: { ...noCounts, startedAt: Date.now() }, course: noCourse };
  return { node, change: { messages, agent, done, ...begun } };
}

/** Whose step the last message is. */
function nodeOf(graph: Graph, last: Message | undefined): string {
  if (last?.type === 'tool') return 'tools';
  return last?.type === 'ai' && graph.agents.includes(last.name) ? last.name : '__start__';
}

function assertKnown({ name, agents }: Graph, place: string, agent: string | undefined): void {
  if (agent === undefined || agents.includes(agent)) return;
  throw refused(place, `the graph ${name} has no agent ${agent}; it has ${agents.join(', ')}`);
}

function name(
  graph: Graph,
  before: StateValues,
  { messages = [], byPerson }: ManualUpdate,
  node: string | undefined,
): Message[] {
  const calls = [...before.messages, ...messages].flatMap((message) =>
    message.type === 'ai' ? message.tool_calls : [],
  );
  const agent = node !== undefined && graph.agents.includes(node) ? node : before.agent;
  return messages.map((message, at) => {
    const id = message.id || randomUUID();
    if (message.type === 'human') return { ...message, id };
    if (message.type === 'tool') {
      const called = calls.find((call) => call.id === message.tool_call_id)?.name;
      return { ...message, id, name: message.name ?? called ?? '' };
    }
    if (!byPerson) assertKnown(graph, `values.messages.${at}.name`, message.name);
    return { ...message, id, name: message.name ?? agent };
  });
}

/** The ids of the calls that have no answer when these messages are added. */
function assertFits(before: Message[], added: Message[]): string[] {
  const ids = new Set(before.map(({ id }) => id));
  const calls = new Set(before.flatMap(callsOf));
  let open = openCalls(before).map(({ id }) => id);
  for (const [at, message] of added.entries()) {
    const place = `values.messages.${at}`;
    if (ids.has(message.id)) throw refused(`${place}.id`, 'is in the thread already: a history only grows');
    ids.add(message.id);
    if (message.type === 'tool') {
      if (!open.includes(message.tool_call_id))
        throw refused(`${place}.tool_call_id`, 'answers no call that waits for its answer');
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (open.length > 0) throw refused(place, `the call ${open[0]} has to be answered first`);
    for (const id of callsOf(message)) {
      if (calls.has(id)) throw refused(`${place}.tool_calls`, `the call id ${id} is in the thread already`);
      calls.add(id);
    }
    open = callsOf(message);
  }
  return open;
}

function callsOf(message: Message): string[] {
  return message.type === 'ai' ? message.tool_calls.map(({ id }) => id) : [];
}

function refused(path: string, message: string): CallerError {
  return new CallerError('invalid-request', 'The state cannot be changed so.', {
    issues: [{ path, message }],
  });
}
