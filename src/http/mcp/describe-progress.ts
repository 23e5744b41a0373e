import type { LoggedEvent } from '../../turn-event.ts';

/** What a person may want to know of a turn while it is under way; undefined for what is too small to tell. */
export function describeProgress(event: LoggedEvent): string | undefined {
  switch (event.type) {
    case 'agent-start':
      return `${event.agent} is at work`;
    case 'call-start':
      return `${event.agent} calls ${event.call.name}`;
    case 'call-end':
      return event.message.status === 'error' ? `${event.message.name} failed` : undefined;
    case 'handoff':
      return `${event.from} hands over to ${event.to}`;
    default:
      return undefined;
  }
}
