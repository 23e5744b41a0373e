import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../../src/db/open-database.ts';
import { beginRun } from '../../../src/db/runs.ts';
import { openLog } from '../../../src/log.ts';
import { type Claim, openQueue, type Queue } from '../../../src/queue/open-queue.ts';
import type { Batch } from '../../../src/turn/journal/batch.ts';

/** A run that was claimed and begun, with the batch that goes on from there. */
export interface Begun {
  claim: Claim;
  batch: Batch;
}

export function openTestQueue(database: Database): Promise<Queue> {
  return openQueue(database, { log: openLog('silent', false), supervises: false });
}

/** Begins a run on a thread of its own. */
export async function beginOne({ db }: Database, queue: Queue): Promise<Begun> {
  const ids = { threadId: randomUUID(), runId: uuidv7() };
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('baton.thread')
      .values({ thread_id: ids.threadId, graph: null, graph_version: null, metadata: '{}' })
      .execute();
    await trx.insertInto('baton.run').values(runRow(ids)).execute();
    await queue.addRun(trx, ids);
  });
  const claim = (await queue.claimRuns(1)).find(({ id }) => id === ids.runId);
  if (!claim) throw new Error('The run was to be claimed.');
  await beginRun(db, ids.runId, queue.isHeld(claim));
  return { claim, batch: { ...ids, owner: `${ids.runId}:1`, after: 0, events: [], checkpoints: [] } };
}

/** The row of a run that waits. */
export function runRow({ runId, threadId }: Pick<Batch, 'runId' | 'threadId'>) {
  const texts = { input: '{}', kwargs: '{}', metadata: '{}' };
  return { run_id: runId, thread_id: threadId, graph: 'desk', multitask_strategy: 'enqueue', ...texts };
}

/** The batch with so many deltas. */
export function saying(batch: Batch, ...texts: string[]): Batch {
  const events = texts.map(
    (text) => ({ type: 'text-delta', agent: 'clerk', messageId: 'm', text, step: 1, at: 1 }) as const,
  );
  return { ...batch, events };
}

/** The batch with a state whose messages are one item. */
export function stating(
  batch: Batch,
  more: { id?: string; after?: string; alone?: () => Promise<void> } = {},
): Batch {
  const id = more.id ?? uuidv7();
  const value = {
    channel: 'messages',
    version: `v-${id}`,
    data: '{"id":"one"}',
    chain: `v-${id}`,
    chain_start: 0,
    chain_end: 1,
    chain_from: 0,
    base: [],
    ...(more.after !== undefined && { after: more.after }),
  };
  const row = {
    thread_id: batch.threadId,
    checkpoint_ns: '',
    checkpoint_id: id,
    parent_id: null,
    checkpoint: JSON.stringify({ v: 4, channel_versions: { messages: value.version } }),
    metadata: '{}',
  };
  return {
    ...batch,
    checkpoints: [{ row, values: [value], saveAlone: more.alone ?? (async () => undefined) }],
  };
}
