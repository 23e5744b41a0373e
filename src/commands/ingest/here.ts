import { CallerError } from '../../errors.ts';
import { createCollection, readCollection } from '../../knowledge/collections/collections.ts';
import { addDocument } from '../../knowledge/ingest/add-document.ts';
import { deleteDocument } from '../../knowledge/ingest/change-document.ts';
import { findDocument, listDocuments } from '../../knowledge/ingest/read-documents.ts';
import type { KnowledgeContext } from '../with-knowledge.ts';
import { folderMember, IngestError, type IngestTarget, outcomeOf } from './target.ts';
import { untilReady } from './until-ready.ts';

/** Works documents off in this process, and not through the queue: see `worksItself`. */
export function ingestHere(context: KnowledgeContext, collection: string): IngestTarget {
  const { db, queue, config } = context;
  const { maxDocumentBytes: maxBytes } = config.knowledge;

  return {
    async makeCollection({ chunkTokens, metric }) {
      try {
        await readCollection(db, collection);
        return false;
      } catch (error) {
        if (!(error instanceof CallerError) || error.code !== 'not-found') throw error;
      }
      await createCollection(db, { name: collection, chunkTokens, metric }, config.knowledge);
      return true;
    },
    async take({ open, ...said }, signal, hear) {
      const added = await addDocument({ db, queue }, collection, {
        ...said,
        content: open(),
        maxBytes,
      }).catch((error: unknown) => {
        throw faultOfDocument(error);
      });
      const { chunks, tokens } = await untilReady(context, added.document, signal, hear);
      return { outcome: outcomeOf(added.outcome, added.document), chunks: chunks ?? 0, tokens: tokens ?? 0 };
    },
    async hashOf(key) {
      const found = await findDocument(db, collection, key).catch(unlessAbsent);
      return found?.contentHash;
    },
    async *keysOf(folder) {
      let after: string | undefined;
      do {
        const page = await listDocuments(db, collection, { after, limit: 1_000 }).catch(unlessAbsent);
        for (const { id, key, metadata } of page?.documents ?? [])
          if (metadata[folderMember] === folder) yield { id, key };
        after = page?.next ?? undefined;
      } while (after !== undefined);
    },
    remove: (id) => deleteDocument(db, id),
  };
}

function unlessAbsent(error: unknown): undefined {
  if (!(error instanceof CallerError) || error.code !== 'not-found') throw error;
}

/** What is wrong with one document says nothing of the others. */
function faultOfDocument(error: unknown): unknown {
  if (
    error instanceof CallerError &&
    ['invalid-request', 'too-large', 'unprocessable'].includes(error.code)
  ) {
    const issues = error.issues.map(({ path, message }) => `${path}: ${message}`);
    return new IngestError([error.message, ...issues].join(' '), { cause: error });
  }
  return error;
}
