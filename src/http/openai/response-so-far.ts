import type { AppContext } from '../../app-context.ts';
import { readEvents } from '../../db/events.ts';
import type { Run } from '../../db/runs.ts';
import { savedStates } from '../langgraph/saved-states.ts';
import { responseHead } from './response-head.ts';
import { openResponseLog, type WireResponse } from './response-log.ts';

const page = 1_000;

/** A response as the log has it now, without waiting for more. */
export async function responseSoFar(context: AppContext, run: Run): Promise<WireResponse> {
  const { run_id: runId, thread_id: threadId } = run;
  const log = openResponseLog(responseHead(run), { stateAt: savedStates(context), threadId });
  log.begin();
  for (let after = 0; ; ) {
    const events = await readEvents(context.db, { runId, after, limit: page });
    for (const event of events) await log.next(event);
    if (events.length < page) return log.response();
    after = events.at(-1)?.seq ?? after;
  }
}
