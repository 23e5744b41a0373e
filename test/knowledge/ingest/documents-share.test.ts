import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkIndex } from '../../../bench/ingest-chaos/read-index.ts';
import { readDocument } from '../../../src/knowledge/ingest/read-documents.ts';
import { type Ingest, openIngest } from './open-ingest.ts';

const folder = path.resolve(import.meta.dirname, '../../../../shared/data/documents_share');
const isThere = existsSync(folder);
if (!isThere) process.stderr.write(`Skipped: real documents, since ${folder} is not there.\n`);
const manifest: { file: string; outcome: string }[] = isThere
  ? JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'))
  : [];

const endings: Record<string, string[]> = {
  text: ['ready'],
  text_if_charset_honoured: ['ready'],
  corrupt: ['corrupt'],
  corrupt_or_text: ['corrupt', 'ready'],
  no_text: ['no-text'],
  password_needed: ['encrypted'],
  attack: ['bomb'],
  unsupported_or_text: ['ready'],
};

describe.skipIf(!isThere)('of real documents', () => {
  let at: Ingest;
  beforeAll(async () => {
    at = await openIngest();
    await at.create('share');
  });
  afterAll(() => at?.close());

  test.each(manifest)(
    '$file ends as its manifest says: $outcome',
    async ({ file, outcome }) => {
      const bytes = readFileSync(path.join(folder, file));
      const added = await at.add('share', file, bytes, { name: file });
      await at.finish(added);
      const { status, error, chunks } = await readDocument(at.db, added.document.id);
      expect(endings[outcome]).toContain(error?.code ?? status);
      if (status === 'ready') expect(chunks).toBeGreaterThan(0);
      else expect(status).toBe('failed');
    },
    120_000,
  );

  test('and what is searched of them is as it should be', async () => {
    expect(await checkIndex(at.db)).toEqual([]);
  });
});
