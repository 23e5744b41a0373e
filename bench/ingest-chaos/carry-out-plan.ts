import type { Kysely } from 'kysely';
import type { Schema } from '../../src/db/schema.ts';
import { CallerError } from '../../src/errors.ts';
import { createCollection } from '../../src/knowledge/collections/collections.ts';
import { addDocument } from '../../src/knowledge/ingest/add-document.ts';
import { carryOutDocument } from '../../src/knowledge/ingest/carry-out-document.ts';
import { changeDocument, deleteDocument } from '../../src/knowledge/ingest/change-document.ts';
import { findDocument } from '../../src/knowledge/ingest/read-documents.ts';
import type { Readers } from '../../src/knowledge/read/open-readers.ts';
import type { Logger } from '../../src/log.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import type { Queue } from '../../src/queue/open-queue.ts';
import type { Step } from './plan.ts';

export interface PlanContext {
  db: Kysely<Schema>;
  queue: Queue;
  readers: Readers;
  log: Logger;
}

const collection = 'chaos';

/** Does what is planned, from the start, whatever was done of it before. `onStep` hears what begins. */
export async function carryOutPlan(
  context: PlanContext,
  steps: Step[],
  onStep: (step: Step) => void,
): Promise<void> {
  await createCollection(context.db, { name: collection, chunkTokens: 60, overlapTokens: 10 }).catch(
    unlessThere,
  );
  for (const step of steps) {
    onStep(step);
    await take(context, step);
  }
}

async function take(context: PlanContext, step: Step): Promise<void> {
  const { db } = context;
  if (step.do === 'add') {
    const { key, content, tags } = step;
    await addDocument(context, collection, {
      key,
      content: inPieces(Buffer.from(content)),
      ...(tags && { tags }),
    });
    return;
  }
  const found = await findDocument(db, collection, step.key);
  if (!found) return;
  if (step.do === 'publish') await changeDocument(context, found.id, { publish: step.publish });
  else if (step.do === 'delete') await deleteDocument(db, found.id);
  else
    for (const version of await versionsOf(db, found.id))
      await carryOutDocument(
        { ...context, embedder: createLocalEmbedder() },
        { documentId: found.id, version },
      );
}

/** As a slow client sends it. */
async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** As jobs that come again, whatever became of them. */
async function versionsOf(db: Kysely<Schema>, documentId: string): Promise<number[]> {
  const rows = await db
    .selectFrom('baton.document_version')
    .select('version')
    .where('document_id', '=', documentId)
    .orderBy('version')
    .execute();
  return rows.map(({ version }) => version);
}

function unlessThere(error: unknown): void {
  if (!(error instanceof CallerError && error.code === 'conflict')) throw error;
}
