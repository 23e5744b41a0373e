import type { AppContext } from '../../src/app-context.ts';
import { acceptTurn } from '../../src/turn/accept-turn.ts';
import type { TurnRequest } from '../../src/turn/turn-request.ts';
import { watchRun } from '../../src/turn/watch-run.ts';
import type { LoggedEvent } from '../../src/turn-event.ts';

export interface RunIds {
  threadId: string;
  runId: string;
}

/** Posts a turn as a door does, on a new thread of the fixture `desk` unless told otherwise. */
export function ask(context: AppContext, question: string, more: Partial<TurnRequest> = {}): Promise<RunIds> {
  return acceptTurn(context, {
    graph: 'desk',
    ifNotExists: 'create',
    input: [{ type: 'human', id: '', content: question }],
    metadata: {},
    kwargs: {},
    multitask: 'enqueue',
    ...more,
  });
}

/** All events of a run, up to its last. */
export async function watch(context: AppContext, ids: RunIds, after?: number): Promise<LoggedEvent[]> {
  const { signal } = new AbortController();
  const events: LoggedEvent[] = [];
  for await (const event of watchRun(context, { ...ids, ...(after !== undefined && { after }), signal })) {
    events.push(event);
  }
  return events;
}
