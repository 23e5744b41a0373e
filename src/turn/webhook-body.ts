import { v5 as uuidv5 } from 'uuid';
import { readLastEvent } from '../db/last-event.ts';
import { getRun, type Run } from '../db/runs.ts';
import type { JsonObject } from '../message.ts';
import { readState } from './thread-state.ts';
import type { TurnContext } from './turns.ts';

/** What a webhook tells of a run that has ended. Undefined when the run is gone. */
export async function webhookBody(context: TurnContext, runId: string): Promise<JsonObject | undefined> {
  const run = await getRun(context.db, runId);
  if (!run) return undefined;
  const failed = await readLastEvent(context.db, { runId }, 'turn-error');
  const body = {
    run_id: run.run_id,
    thread_id: run.thread_id,
    assistant_id: run.assistant_id ?? uuidv5(run.graph, graphNames),
    status: run.status,
    metadata: run.metadata,
    kwargs: run.kwargs,
    multitask_strategy: run.multitask_strategy,
    created_at: run.created_at,
    updated_at: run.updated_at,
    run_started_at: run.started_at,
    run_ended_at: run.ended_at ?? run.updated_at,
    webhook_sent_at: new Date(),
    values: await readValues(context, run),
    ...(failed && { error: { error: failed.error, message: failed.message } }),
  };
  return JSON.parse(JSON.stringify(body)); // dates become texts
}

/** The namespace from which LangGraph servers name the assistants of graphs. */
const graphNames = '6ba7b821-9dad-11d1-80b4-00c04fd430c8';

/** The state that the run left behind, which is not the newest once another run has begun. */
async function readValues(context: TurnContext, run: Run): Promise<object> {
  const saved = await readLastEvent(context.db, { runId: run.run_id }, 'checkpoint');
  const state = await readState(context, run.thread_id, saved?.checkpointId);
  if (!state) return {};
  const { messages, agent } = state.values;
  return {
    agent,
    messages: messages.map((said) => ({ additional_kwargs: {}, response_metadata: {}, ...said })),
  };
}
