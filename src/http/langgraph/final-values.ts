import type { LoggedEvent } from '../../turn-event.ts';
import { errorOf } from './run-frames.ts';
import { follow, type RunView, type StateAt } from './run-view.ts';
import { noEnd } from './stream-run.ts';
import { wireValues } from './wire-message.ts';

/** What a client gets that only waits for a run: the state at its end, `__interrupt__` or `__error__`. */
export async function finalValues(events: AsyncIterable<LoggedEvent>, stateAt: StateAt): Promise<object> {
  let view: RunView | undefined;
  for await (const event of events) {
    view = await follow(view, event, stateAt);
    if (event.type === 'turn-error') return { __error__: errorOf(event) };
    if (!view) continue;
    if (event.type === 'interrupted') return { ...wireValues(view.values), __interrupt__: event.interrupts };
    if (event.type === 'turn-end') return wireValues(view.values);
  }
  return { __error__: noEnd };
}
