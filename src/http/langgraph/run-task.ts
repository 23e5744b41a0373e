import { v5 as uuidv5 } from 'uuid';
import type { StateValues } from '../../handoff/state.ts';
import { isLast, type LoggedEvent } from '../../turn-event.ts';
import type { RunView } from './run-view.ts';

/** A node's work in one superstep. The same node in the same step of a run is the same task, in every attempt. */
export interface Task {
  readonly id: string;
  node: string;
  step: number;
  /** The state that the node was given. */
  input: StateValues;
}

/** The task that an event belongs to, and whether the event ends it. The first event of a task begins it. */
export function taskAfter(view: RunView, event: LoggedEvent): { task: Task | undefined; over: boolean } {
  const open = view.over ? undefined : view.task;
  const over = event.type === 'step-end' || isLast(event);
  if (event.type === 'agent-start') {
    const same = open?.node === event.agent && open.step === event.step;
    return { task: same ? open : makeTask(event, event.agent, event.step, view.values), over };
  }
  if (open || !isOfNode(event)) return { task: open, over };
  const node = event.type === 'step-end' ? event.node : nextNode(view.values);
  return { task: node ? makeTask(event, node, view.step + 1, view.values) : undefined, over };
}

/** The node that comes next in a state; undefined when the turn has its answer. The edges of every graph are these. */
export function nextNode({ messages, agent, done }: StateValues): string | undefined {
  const last = messages.at(-1);
  if (last?.type !== 'ai') return agent;
  if (last.tool_calls.length > 0) return 'tools';
  return done ? undefined : agent;
}

export function makeTask({ runId }: { runId: string }, node: string, step: number, input: StateValues): Task {
  let id: string | undefined;
  return {
    /** Made when somebody asks for it: most watchers do not. */
    get id() {
      id ??= uuidv5(`${step}:${node}`, runId);
      return id;
    },
    node,
    step,
    input,
  };
}

/** Whether only a node at work causes such an event. */
function isOfNode(event: LoggedEvent): boolean {
  if (event.type === 'interrupted') return event.interrupts.length > 0; // without any, it stopped before or after a node
  return event.type !== 'checkpoint' && event.type !== 'turn-end' && event.type !== 'turn-error';
}
