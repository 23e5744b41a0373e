import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ReadDocument } from '../../../src/knowledge/read/document.ts';
import { DocumentError } from '../../../src/knowledge/read/document-error.ts';
import { openReaders, type ReadOptions } from '../../../src/knowledge/read/open-readers.ts';

interface Entry {
  file: string;
  kind: string;
  outcome: string;
  contains: string[];
  password: string | null;
  charset: string | null;
}

const folder = path.resolve(import.meta.dirname, '../../../../shared/data/documents_share');
const isThere = existsSync(folder);
if (!isThere) process.stderr.write(`Skipped: real documents, since ${folder} is not there.\n`);
const manifest: Entry[] = isThere ? JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) : [];

describe.skipIf(!isThere)('of real documents', () => {
  const readers = openReaders({ threads: 1 });
  afterAll(() => readers.close());

  const read = ({ file }: Entry, options: ReadOptions = {}) =>
    readers.readDocument({ file: path.join(folder, file) }, { name: file, ...options });

  test.each(manifest)('$file ($kind) ends as its manifest says: $outcome', async (entry) => {
    const [document, error] = await outcomeOf(read(entry));
    const ends = error ? error.code : 'text';
    expect(endings[entry.outcome]).toContain(ends);
    if (document) expect(missing(document, entry.contains)).toEqual([]);
  });

  test.each(manifest.filter(({ password, file }) => password && file.endsWith('.pdf')))(
    '$file opens with its password',
    async (entry) => {
      const [, opened] = await outcomeOf(read(entry, { password: entry.password ?? '' }));
      expect(opened?.code ?? 'text').toMatch(/^(no-)?text$/);
      const [, error] = await outcomeOf(read(entry, { password: 'wrong' }));
      expect(error?.code).toBe('encrypted');
    },
  );

  test.each(manifest.filter(({ charset }) => charset))(
    '$file is the same text when its charset comes with it',
    async (entry) => {
      const told = await read(entry, {
        contentType: `text/${path.extname(entry.file) === '.html' ? 'html' : 'plain'}; charset=${entry.charset}`,
      });
      expect(missing(told, entry.contains)).toEqual([]);
      expect(told.blocks).toEqual((await read(entry)).blocks);
    },
  );
});

const endings: Record<string, string[]> = {
  text: ['text'],
  text_if_charset_honoured: ['text'],
  corrupt: ['corrupt'],
  corrupt_or_text: ['corrupt', 'text'],
  no_text: ['no-text'],
  password_needed: ['encrypted'],
  attack: ['bomb'],
  unsupported_or_text: ['text'],
};

async function outcomeOf(
  reading: Promise<ReadDocument>,
): Promise<[ReadDocument | undefined, DocumentError | undefined]> {
  try {
    return [await reading, undefined];
  } catch (error) {
    if (error instanceof DocumentError) return [undefined, error];
    throw error;
  }
}

function missing({ title = '', blocks }: ReadDocument, phrases: string[]): string[] {
  const texts = blocks.map((block) => {
    if ('text' in block) return block.text;
    return 'rows' in block ? [...(block.header ?? []), ...block.rows.flat()].join('') : '';
  });
  const all = plain([title, ...texts].join(''));
  return phrases.filter((phrase) => !all.includes(plain(phrase)));
}

function plain(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, '');
}
