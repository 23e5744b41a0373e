import { createReadStream } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppContext } from '../../app-context.ts';
import { createCollection } from '../../knowledge/collections/collections.ts';
import { addDocument } from '../../knowledge/ingest/add-document.ts';
import { listDocuments } from '../../knowledge/ingest/read-documents.ts';
import { findFiles } from '../../knowledge/read/find-files.ts';

type Brings = Pick<AppContext, 'db' | 'queue' | 'config'>;

/**
 * Makes a collection of folders and files, relative to `projectDir`, and resolves when all of them can be found. What has no text in it,
 * such as a page that only leads elsewhere, is left out. Rejects with a `CallerError` where there is nothing at a path.
 */
export async function bringDocuments(
  { db, queue, config }: Brings,
  projectDir: string,
  collection: string,
  paths: string[],
  signal: AbortSignal,
): Promise<void> {
  await createCollection(db, { name: collection }, config.knowledge);
  const { files } = await findFiles(paths.map((one) => path.resolve(projectDir, one)));
  for (const { file, key } of files) {
    signal.throwIfAborted();
    await addDocument({ db, queue }, collection, { key, content: createReadStream(file) });
  }
  await untilRead(db, collection, signal);
}

/** How often it is looked whether the documents are read, in milliseconds. */
const lookEvery = 50;

async function untilRead(db: Brings['db'], collection: string, signal: AbortSignal): Promise<void> {
  for (const status of ['waiting', 'reading', 'embedding'] as const) {
    while ((await listDocuments(db, collection, { status, limit: 1 })).documents.length > 0)
      await sleep(lookEvery, undefined, { signal });
  }
}
