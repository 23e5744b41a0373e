import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { type Asker, type Caller, currentCaller, currentWork } from '../tenancy.ts';
import type { TurnInput } from './turn-input.ts';
import type { TurnRequest } from './turn-request.ts';

/** Writes the row of a run that was asked for. */
export async function insertRun(
  trx: Transaction<Schema>,
  run: { threadId: string; runId: string; version: string; beginAfter?: Date },
  request: TurnRequest,
): Promise<void> {
  await trx
    .insertInto('baton.run')
    .values({
      run_id: run.runId,
      thread_id: run.threadId,
      graph: request.graph,
      graph_version: run.version,
      assistant_id: request.assistantId ?? null,
      webhook: request.webhook ?? null,
      begin_after: run.beginAfter ?? null,
      multitask_strategy: request.multitask,
      ...textsOf(request),
      ...whoAsked(),
    })
    .execute();
}

/** What of a request is kept with its run, as JSON. */
export function textsOf(request: TurnRequest): Record<'input' | 'config' | 'kwargs' | 'metadata', string> {
  return {
    input: JSON.stringify(inputOf(request)),
    config: JSON.stringify(request.config ?? {}),
    kwargs: JSON.stringify(request.kwargs),
    metadata: JSON.stringify(request.metadata),
  };
}

/** The columns of a run that say who asked for it. Somebody with a key is known by that alone. */
export function whoAsked(): { user_id?: string; key_id?: string; asker?: string } {
  const caller = currentCaller();
  if (!caller) return {};
  const asker = JSON.stringify(askerOf(caller));
  if (caller.kind === 'local') return { asker };
  return caller.kind === 'key' ? { key_id: caller.id, asker } : { user_id: caller.id, asker };
}

function askerOf({ role, scopes }: Caller): Asker {
  const work = currentWork();
  const graphs = typeof work === 'object' ? work.graphs : undefined;
  return { role, ...(scopes && { scopes }), ...(graphs && { graphs }) };
}

function inputOf({
  history = [],
  input,
  resume,
  proceed,
  update,
  goto,
  checkpointId,
}: TurnRequest): TurnInput {
  return {
    history,
    messages: input,
    ...(resume !== undefined && { resume }),
    ...(proceed && { proceed }),
    ...(update && { update }),
    ...(goto && { goto }),
    ...(checkpointId && { checkpointId }),
  };
}
