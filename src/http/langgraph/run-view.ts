import { applyUpdate, type StateUpdate, type StateValues } from '../../handoff/state.ts';
import type { Message } from '../../message.ts';
import type { LoggedEvent, TurnStart } from '../../turn-event.ts';

/** What a watcher knows of a run after the events it has seen. */
export interface RunView {
  graph: string;
  values: StateValues;
  /** The messages that the last event added to the values. */
  added: Message[];
  /** What has been said of each message that was streamed, by id. */
  said: Map<string, string>;
}

/** The values that a turn began from, without its input. */
export type StateAt = (start: TurnStart & { threadId: string }) => Promise<StateValues>;

/** What is known once `event` has been seen too. `view` is undefined before the first `turn-start`. */
export async function follow(
  view: RunView | undefined,
  event: LoggedEvent,
  stateAt: StateAt,
): Promise<RunView | undefined> {
  if (event.type === 'turn-start') {
    const values = applyUpdate(await stateAt(event), { messages: event.input, agent: event.agent });
    return { graph: event.graph, values, added: event.input, said: new Map() };
  }
  if (!view) return undefined;
  switch (event.type) {
    case 'agent-start':
      return { ...view, added: [], values: { ...view.values, agent: event.agent } };
    case 'text-delta': {
      const text = (view.said.get(event.messageId) ?? '') + event.text;
      return { ...view, added: [], said: new Map(view.said).set(event.messageId, text) };
    }
    case 'step-end': {
      const update: StateUpdate = event.update; // a logged update is one that a node returned
      return { ...view, values: applyUpdate(view.values, update), added: update.messages ?? [] };
    }
    default:
      return { ...view, added: [] };
  }
}
