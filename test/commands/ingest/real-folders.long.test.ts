import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listCollections } from '../../../src/knowledge/collections/collections.ts';
import { root } from '../../support/start-process.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { openIngest, type TestIngest } from './open-ingest.ts';

/** What people have: how many documents are read of it, and which cannot be. */
const folders = [
  { name: 'support_kb_logingov', read: 222, failed: 0 },
  { name: 'career_onet', read: 2, failed: 0 },
  { name: 'career_18f_handbook', read: 233, failed: 8 },
  { name: 'documents_share', read: 37, failed: 14 },
];

let made: TestDatabase;
let ingest: TestIngest;

beforeAll(async () => {
  made = await makeTestDatabase();
  ingest = await openIngest(made);
});
afterAll(async () => {
  await ingest.close();
  await made.drop();
});

for (const { name, read, failed } of folders) {
  const folder = path.resolve(root, '../shared/data', name);
  const missing = !existsSync(folder);
  describe.skipIf(missing)(missing ? `${name} (skipped: there is no ${folder})` : name, () => {
    const collection = name.replaceAll('_', '-');

    test('is brought whole, but for what cannot be read, which says why', { timeout: 600_000 }, async () => {
      const { summary } = await ingest.run([folder], { collection });
      expect(summary).toMatchObject({ made: true, added: read, changed: 0, unchanged: 0 });
      expect(summary.failed).toHaveLength(failed);
      for (const { why } of summary.failed) expect(why).toMatch(/^[A-Z].*\.$/);
      const found = (await listCollections(ingest.context.db)).find((one) => one.name === collection);
      expect(found).toMatchObject({ documents: read + failed, chunks: summary.chunks });
    });

    test('is unchanged when it is brought again', { timeout: 600_000 }, async () => {
      const { summary } = await ingest.run([folder], { collection });
      expect(summary).toMatchObject({ made: false, added: 0, changed: 0, unchanged: read, chunks: 0 });
    });
  });
}
