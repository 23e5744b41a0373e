import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { createCollection } from '../../../src/knowledge/collections/collections.ts';
import { addDocument } from '../../../src/knowledge/ingest/add-document.ts';
import { readDocument } from '../../../src/knowledge/ingest/read-documents.ts';
import { openLog } from '../../../src/log.ts';
import { ModelError } from '../../../src/model/chat-model.ts';
import { openQueue } from '../../../src/queue/open-queue.ts';
import { readmitDocuments } from '../../../src/turn/readmit-documents.ts';
import { workOffDocuments } from '../../../src/turn/work-off-documents.ts';
import { openTestContext } from '../../support/open-test-context.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { countEmbedder, openIngest } from './open-ingest.ts';

test('the service works off what is added, and embeds it with the model of its config', async () => {
  const context = await openTestContext();
  await createCollection(context.db, { name: 'served' });
  const { document } = await addDocument(context, 'served', {
    key: 'a.md',
    content: Buffer.from('# Title\n\nSome words that are searched.'),
  });
  await vi.waitFor(
    async () => expect(await readDocument(context.db, document.id)).toMatchObject({ status: 'ready' }),
    { timeout: 30_000, interval: 100 },
  );
  const space = await context.db
    .selectFrom('baton.embedding_space')
    .select('model')
    .executeTakeFirstOrThrow();
  expect(space.model).toBe(context.embedder.model);
}, 60_000);

test('what fails for a reason that is not the document’s is tried again later, and its failures are counted', async () => {
  const at = await openIngest();
  const ending = new AbortController();
  try {
    await at.create('away');
    const { document } = await at.add('away', 'a', 'Some words.');
    const away = Promise.reject(new ModelError('unavailable', 'It is away.'));
    away.catch(() => undefined);
    const embedder = { ...countEmbedder(), embed: () => away };
    const settled = await workOffDocuments({ ...at, embedder }, at.db, { atOnce: 1, signal: ending.signal });
    const again = async () => {
      const { rows } = await sql`
        select from baton_queue.job where name = 'document' and state = 'created' and data ->> 'failures' = '1'`.execute(
        at.db,
      );
      return rows;
    };
    await vi.waitFor(async () => expect(await again()).toHaveLength(1), { timeout: 20_000, interval: 100 });
    ending.abort();
    await settled();
    expect(await readDocument(at.db, document.id)).toMatchObject({ status: 'embedding' });
  } finally {
    await at.close();
  }
}, 60_000);

test('a document that is waited for and that the queue has lost sight of is put back into it, and no other', async () => {
  const at = await openIngest();
  try {
    await at.create('lost');
    const added = await Promise.all(['a', 'b'].map((key) => at.add('lost', key, `About ${key}.`)));
    const queued = async () => {
      const { rows } = await sql<{ id: string }>`
        select data ->> 'documentId' as id from baton_queue.job where name = 'document' order by id`.execute(
        at.db,
      );
      return rows.map(({ id }) => id);
    };
    const both = await queued();
    const [lost = ''] = both;
    await sql`delete from baton_queue.job where data ->> 'documentId' = ${lost}`.execute(at.db);
    await readmitDocuments(at);
    expect(await queued()).toHaveLength(1);
    await sql`update baton.document_version set updated_at = now() - interval '1 hour'`.execute(at.db);
    await readmitDocuments(at);
    await readmitDocuments(at);
    expect(await queued()).toEqual(both);
    expect(added).toHaveLength(2);
  } finally {
    await at.close();
  }
}, 60_000);

test('a document of a process that is gone is taken up by another: at once where there can be no other, else soon', async () => {
  const database = await openTestDatabase();
  const log = openLog('silent', false);
  const gone = await openQueue(database, { log, supervises: false });
  await gone.addJob(database.db, 'document', { documentId: 'a', version: 1 });
  const begun = Promise.withResolvers<void>();
  await gone.workOff('document', async () => {
    begun.resolve();
    await new Promise(() => undefined);
  });
  await begun.promise;
  await gone.close();
  const next = await openQueue(database, { log, supervises: true });
  const since = performance.now();
  if (database.kind === 'pglite') await next.releaseClaims();
  const taken = Promise.withResolvers<unknown>();
  await next.workOff('document', async ({ data }) => taken.resolve(data));
  expect(await taken.promise).toEqual({ documentId: 'a', version: 1 });
  expect(performance.now() - since).toBeLessThan(database.kind === 'pglite' ? 8_000 : 30_000);
  await next.close();
}, 60_000);
