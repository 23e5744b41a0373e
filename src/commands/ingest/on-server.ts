import { openAsker, type Server } from './ask-server.ts';
import {
  folderMember,
  type HearProgress,
  IngestError,
  type IngestTarget,
  outcomeOf,
  type Taken,
  type ToldDocument,
} from './target.ts';

/** Of a document as `/api/v1/documents` shows it, what is read here. */
interface Shown {
  id: string;
  key: string;
  status: string;
  version: number | null;
  progress: { done: number; total: number };
  error?: { message: string };
  content_hash: string;
  chunks: number | null;
  tokens: number | null;
  metadata: Record<string, unknown>;
}

/** Has a service take documents, over its HTTP API. */
export function ingestOnServer(server: Server, collection: string): IngestTarget {
  const ask = openAsker(server);
  const path = `/api/v1/collections/${encodeURIComponent(collection)}`;

  return {
    async makeCollection({ chunkTokens, metric }) {
      const found = await ask('GET', path, undefined, [404]);
      if (found.status !== 404) return false;
      const body = Buffer.from(JSON.stringify({ name: collection, chunk_tokens: chunkTokens, metric }));
      await ask('POST', '/api/v1/collections', { open: () => body, type: 'application/json' });
      return true;
    },
    async take(document, signal, hear) {
      const content = { open: document.open, type: document.contentType, once: document.once };
      const { body } = await ask('POST', `${path}/documents?${factsOf(document)}`, content, [], signal);
      const added = body as Shown & Pick<Taken, 'outcome'>; // as the route answers
      const { chunks, tokens } = await untilReady(added, signal, hear);
      return { outcome: outcomeOf(added.outcome, added), chunks: chunks ?? 0, tokens: tokens ?? 0 };
    },
    async hashOf(key) {
      const { body } = await ask(
        'GET',
        `${path}/documents?${new URLSearchParams({ key })}`,
        undefined,
        [404],
      );
      return (body as { documents?: Shown[] }).documents?.[0]?.content_hash; // as the route answers
    },
    async *keysOf(folder) {
      for (let after: string | null = ''; after !== null; ) {
        const query = new URLSearchParams({ limit: '1000', ...(after && { after }) });
        const { body } = await ask('GET', `${path}/documents?${query}`, undefined, [404]);
        const page = body as { documents?: Shown[]; next?: string | null }; // as the route answers
        for (const { id, key, metadata } of page.documents ?? [])
          if (metadata[folderMember] === folder) yield { id, key };
        after = page.next ?? null;
      }
    },
    async remove(id) {
      await ask('DELETE', `/api/v1/documents/${id}`, undefined, [404]);
    },
  };

  async function untilReady(added: Shown, signal: AbortSignal, hear: HearProgress): Promise<Shown> {
    let shown = added;
    while (shown.status !== 'ready' && shown.status !== 'failed') {
      const { body } = await ask('GET', `/api/v1/documents/${added.id}?wait=5`, undefined, [], signal);
      shown = body as Shown; // as the route answers
      hear(shown.progress.done, shown.progress.total);
    }
    if (shown.status === 'failed') throw new IngestError(shown.error?.message ?? 'It cannot be read.');
    return shown;
  }
}

/** What is said of a document, in the query of its upload. */
function factsOf({ key, name, url, tags, metadata, language, publish }: ToldDocument): URLSearchParams {
  return new URLSearchParams({
    key,
    name,
    tags: JSON.stringify(tags ?? []),
    metadata: JSON.stringify(metadata),
    ...(url !== undefined && { url }),
    ...(language !== undefined && { language }),
    ...(publish !== undefined && { publish }),
  });
}
