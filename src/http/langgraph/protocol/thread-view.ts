import type { StateValues } from '../../../handoff/state.ts';
import { isLast, type LoggedEvent } from '../../../turn-event.ts';
import { follow, type RunView, type StateAt } from '../run-view.ts';

/** What a watcher knows of a thread after the events it has seen. Never changed in place. */
export interface ThreadView {
  /** Of the run that is or was the last to be carried out. */
  run: RunView;
  runId: string;
  /** Whether the run has not ended. */
  open: boolean;
  /** What the run's first attempt began from, without its input. */
  base: StateValues;
  /** The run's states by their checkpoints: a run that begins where the last one ended need not read its state. */
  saved: ReadonlyMap<string, StateValues>;
  /** Whether the values have changed since they were last saved. */
  changed: boolean;
  /** The message that is being said. */
  speaking: Spoken | undefined;
  /** The calls that are being carried out. */
  calls: ReadonlySet<string>;
}

export interface Spoken {
  id: string;
  agent: string;
}

type Logged<Type extends LoggedEvent['type']> = Extract<LoggedEvent, { type: Type }>;

/** What is known once `event` has been seen too. Undefined before the first `turn-start`. */
export async function followThread(
  view: ThreadView | undefined,
  event: LoggedEvent,
  stateAt: StateAt,
): Promise<ThreadView | undefined> {
  if (event.type === 'turn-start') return begin(view, event, stateAt);
  if (view?.runId !== event.runId) return view;
  const run = (await follow(view.run, event, stateAt)) ?? view.run;
  const next = { ...view, run };
  switch (event.type) {
    case 'text-delta':
      return { ...next, speaking: { id: event.messageId, agent: event.agent } };
    case 'call-start':
      return { ...next, calls: new Set(view.calls).add(event.call.id) };
    case 'call-end':
      return { ...next, calls: new Set([...view.calls].filter((id) => id !== event.message.tool_call_id)) };
    case 'step-end':
      return { ...next, changed: true, speaking: undefined, calls: new Set() };
    case 'checkpoint': {
      const saved = new Map(view.saved).set(event.checkpointId, valuesAt(next, event));
      return { ...next, saved, changed: view.changed && event.source === 'input' };
    }
    default:
      return isLast(event) ? end(next, event) : next;
  }
}

/** LangGraph saves a turn's first state before it takes the input in. */
export function valuesAt({ run }: ThreadView, { source }: Logged<'checkpoint'>): StateValues {
  return source === 'input' ? run.start : run.values;
}

/** Whether an event begins a further attempt at a run that a view knows: its process died. */
export function goesOn(event: LoggedEvent, view: ThreadView | undefined): boolean {
  return event.type === 'turn-start' && event.attempt > 1 && view?.runId === event.runId && view.open;
}

async function begin(
  view: ThreadView | undefined,
  event: Logged<'turn-start'>,
  stateAt: StateAt,
): Promise<ThreadView | undefined> {
  const again = goesOn(event, view) ? view : undefined; // what its log says of the saved state may not be all
  const known = again || event.checkpointId === null ? undefined : view?.saved.get(event.checkpointId);
  const run = await follow(again?.run, event, known ? async () => known : stateAt);
  return (
    run && {
      run,
      runId: event.runId,
      open: true,
      base: again?.base ?? run.start,
      saved: new Map(event.checkpointId === null ? [] : [[event.checkpointId, run.start]]),
      changed: event.input.length > 0,
      speaking: undefined,
      calls: new Set(),
    }
  );
}

function end(view: ThreadView, event: LoggedEvent): ThreadView {
  const takenBack = event.type === 'turn-error' && event.rolledBack;
  const over = { open: false, speaking: undefined, calls: new Set<string>(), changed: false };
  if (!takenBack) return { ...view, ...over };
  return { ...view, ...over, run: { ...view.run, values: view.base }, saved: new Map() };
}
