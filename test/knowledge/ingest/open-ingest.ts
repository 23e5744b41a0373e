import type { NewCollection } from '../../../src/knowledge/collections/collection.ts';
import { createCollection } from '../../../src/knowledge/collections/collections.ts';
import type { ChunkEmbedder } from '../../../src/knowledge/embed/embed-halving.ts';
import {
  type AddedDocument,
  addDocument,
  type NewDocument,
} from '../../../src/knowledge/ingest/add-document.ts';
import { carryOutDocument } from '../../../src/knowledge/ingest/carry-out-document.ts';
import { openReaders } from '../../../src/knowledge/read/open-readers.ts';
import { openLog } from '../../../src/log.ts';
import { openQueue } from '../../../src/queue/open-queue.ts';
import { makeTestDatabase } from '../../support/test-database.ts';

/** A database with readers and a queue that nobody works off: each test carries out what it adds. */
export async function openIngest() {
  const made = await makeTestDatabase();
  const { database } = made;
  const { db } = database;
  const log = openLog('silent', false);
  const queue = await openQueue(database, { log, supervises: false });
  const readers = openReaders({ threads: 1 });
  const embedder = countEmbedder();
  const context = { database, db, log, queue, readers, embedder };
  return {
    ...context,
    create: (name: string, more: Partial<NewCollection> = {}) => createCollection(db, { name, ...more }),
    add: (
      collection: string,
      key: string,
      content: NewDocument['content'] | string,
      more: Partial<NewDocument> = {},
    ) => addDocument(context, collection, { key, content: toBytes(content), ...more }),
    /** Carries out the newest version of what was added. */
    async finish({ document }: AddedDocument, other: Partial<typeof context> = {}): Promise<void> {
      await carryOutDocument({ ...context, ...other }, await newestVersion(document.id));
    },
    newestVersion,
    async close() {
      await readers.close();
      await queue.close();
      await made.drop();
    },
  };

  async function newestVersion(documentId: string) {
    const { version } = await db
      .selectFrom('baton.document_version')
      .select(({ fn }) => fn.max('version').as('version'))
      .where('document_id', '=', documentId)
      .executeTakeFirstOrThrow();
    return { documentId, version };
  }
}

export type Ingest = Awaited<ReturnType<typeof openIngest>>;

function toBytes(content: NewDocument['content'] | string): NewDocument['content'] {
  return typeof content === 'string' ? Buffer.from(content) : content;
}

/** An embedder whose vectors count letters, and which tells what it was asked. */
export function countEmbedder(model = 'letters', dimensions = 26): ChunkEmbedder & { asked: string[][] } {
  const asked: string[][] = [];
  return {
    model,
    dimensions,
    asked,
    async embed(texts, signal) {
      signal?.throwIfAborted();
      asked.push(texts);
      return texts.map((text) => countLetters(text, dimensions));
    },
  };
}

function countLetters(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0.01);
  for (const letter of text.toLowerCase()) {
    const at = letter.charCodeAt(0) % dimensions;
    vector[at] = (vector[at] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Paragraphs of made-up but different sentences, each some twenty words. */
export function paragraphs(count: number, about = 'lighthouse'): string {
  return Array.from(
    { length: count },
    (_, at) =>
      `Paragraph ${at} is about the ${about} number ${at * 7}, whose keeper wrote down in ${1800 + at} what the sea had taken and what it gave back.`,
  ).join('\n\n');
}
