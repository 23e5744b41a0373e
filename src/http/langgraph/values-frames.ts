import type { LoggedEvent } from '../../turn-event.ts';
import type { Frame } from './frame.ts';
import { nodeOf } from './message-metadata.ts';
import type { RunView } from './run-view.ts';
import { wireValues } from './wire-message.ts';

/** The mode `values`: the whole state, where an attempt begins (with the input), after each step, and where it waits. */
export function valuesFrames(event: LoggedEvent, { values }: RunView): Frame[] {
  if (event.type === 'interrupted') {
    return [{ event: 'values', data: { ...wireValues(values), __interrupt__: event.interrupts } }];
  }
  const changed = event.type === 'step-end' || event.type === 'turn-start';
  return changed ? [{ event: 'values', data: wireValues(values) }] : [];
}

/** The mode `updates`: what each step added, by its node; of a new attempt, what was saved and not told before. */
export function updatesFrames(event: LoggedEvent, { added }: RunView): Frame[] {
  switch (event.type) {
    case 'step-end':
      return [{ event: 'updates', data: { [event.node]: wireValues(event.update) } }];
    case 'interrupted':
      return [{ event: 'updates', data: { __interrupt__: event.interrupts } }];
    case 'turn-start': {
      const untold = added.filter((message) => nodeOf(event, message) !== '__start__');
      return untold.map((message) => ({
        event: 'updates',
        data: { [nodeOf(event, message)]: wireValues({ messages: [message] }) },
      }));
    }
    default:
      return [];
  }
}
