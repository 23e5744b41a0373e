import { applyUpdate, type StateUpdate, type StateValues } from '../../handoff/state.ts';
import type { Call, Message } from '../../message.ts';
import type { LoggedEvent, TurnStart } from '../../turn-event.ts';
import { type Task, taskAfter } from './run-task.ts';

/** What a watcher knows of a run after the events it has seen. Never changed in place. */
export interface RunView {
  graph: string;
  /** The values that the attempt began from, without its input. */
  start: StateValues;
  values: StateValues;
  /** The messages that the last event added to the values. */
  added: Message[];
  /** What has been said of each message that was streamed, by id. */
  said: Map<string, string>;
  /** LangGraph's number of the last superstep that is done. */
  step: number;
  /** The node at work, or the one that the last event ended. */
  task: Task | undefined;
  /** Whether the last event ended the task. */
  over: boolean;
  /** The calls that are being carried out, and those that the last event ended, by id. */
  calls: Map<string, Call>;
}

/** The values that a turn, or an attempt at it, began from, without its input. */
export type StateAt = (start: TurnStart & { threadId: string }) => Promise<StateValues>;

/** What is known once `event` has been seen too. `view` is undefined before the first `turn-start`. */
export async function follow(
  view: RunView | undefined,
  event: LoggedEvent,
  stateAt: StateAt,
): Promise<RunView | undefined> {
  if (event.type === 'turn-start') return begin(view, event, await stateAt(event));
  if (!view) return undefined;
  const { task, over } = taskAfter(view, event);
  const next = { ...view, added: [], task, over, calls: callsAfter(view, event) };
  switch (event.type) {
    case 'agent-start':
      return { ...next, values: { ...view.values, agent: event.agent } };
    case 'text-delta': {
      const text = (view.said.get(event.messageId) ?? '') + event.text;
      return { ...next, said: new Map(view.said).set(event.messageId, text) };
    }
    case 'checkpoint':
      return { ...next, step: event.step };
    case 'step-end': {
      const update: StateUpdate = event.update; // a logged update is one that a node returned
      const values = applyUpdate(view.values, update);
      return { ...next, values, added: update.messages ?? [], step: task?.step ?? view.step + 1 };
    }
    default:
      return next;
  }
}

/**
 * A first attempt adds its input. A later one goes on from what was saved: it adds what the log of the attempt
 * before lost on its way, and keeps what was said of that; what was said of other messages is forgotten.
 */
function begin(view: RunView | undefined, event: LoggedEvent & TurnStart, saved: StateValues): RunView {
  const step = stepOf(event.checkpointId);
  const before = new Set(saved.messages.map(({ id }) => id));
  const input = event.input.filter(({ id }) => !before.has(id));
  const shown = new Set(view?.values.messages.map(({ id }) => id));
  const found = view ? saved.messages.filter(({ id }) => !shown.has(id)) : [];
  const added = [...found, ...(view ? input.filter(({ id }) => !shown.has(id)) : input)];
  const said = added.flatMap(({ id }) => {
    const text = view?.said.get(id);
    return text === undefined ? [] : [[id, text] as const];
  });
  return {
    graph: event.graph,
    start: saved,
    values: applyUpdate(saved, {
      messages: event.forgets ? { forget: event.forgets, add: input } : input,
      agent: event.agent,
    }),
    added,
    said: new Map(said),
    step: input.length > 0 ? step + 2 : step, // the input is a step, and so is taking it in
    task: undefined,
    over: false,
    calls: new Map(),
  };
}

/** A call stays known while its end is told. */
function callsAfter({ calls }: RunView, event: LoggedEvent): Map<string, Call> {
  if (event.type === 'call-start') return new Map(calls).set(event.call.id, event.call);
  return event.type === 'step-end' ? new Map() : calls;
}

/**
 * LangGraph's number of the superstep of a saved state. Its ids are UUIDs of version 6 whose clock sequence, 14 bits, is
 * that number. A thread without a state stands before its first step, which is -1.
 */
function stepOf(checkpointId: string | null): number {
  const bits = Number.parseInt(checkpointId?.split('-')[3] ?? '', 16) & 0x3fff;
  if (checkpointId === null || Number.isNaN(bits)) return -2;
  return bits >= 0x2000 ? bits - 0x4000 : bits;
}
