import { afterAll, describe, expect, test } from 'vitest';
import { DocumentError, type DocumentErrorCode } from '../../../src/knowledge/read/document-error.ts';
import { openReaders, type ReadOptions } from '../../../src/knowledge/read/open-readers.ts';
import { docxParagraph, docxParts, makeDocx, makeEpub, makeOdt, makePptx } from './make-office.ts';
import { makePdf, makePdfBomb } from './make-pdf.ts';
import { makeZip } from './make-zip.ts';

const readers = openReaders({ threads: 1, memory: 256 });
afterAll(() => readers.close());

async function codeOf(
  bytes: Buffer | string,
  options: ReadOptions = {},
): Promise<DocumentErrorCode | 'text'> {
  try {
    await readers.readDocument(Buffer.from(bytes), options);
    return 'text';
  } catch (error) {
    if (error instanceof DocumentError) return error.code;
    throw error;
  }
}

const parts = docxParts(docxParagraph('Hello'));
const entries = Object.entries(parts).map(([name, content]) => ({ name, content }));
const blanks = (bytes: number) => Buffer.alloc(bytes, ' ');

describe('an archive is refused', () => {
  test.each<[string, DocumentErrorCode, Parameters<typeof makeZip>[0]]>([
    [
      'that inflates to very many times its size',
      'bomb',
      [...entries, { name: 'word/x.xml', content: blanks(4_000_000) }],
    ],
    [
      'of many small bombs',
      'bomb',
      [
        ...entries,
        ...Array.from({ length: 20 }, (_, at) => ({ name: `word/${at}.xml`, content: blanks(900_000) })),
      ],
    ],
    [
      'with too many entries',
      'bomb',
      Array.from({ length: 6000 }, (_, at) => ({ name: `${at}.xml`, content: '' })),
    ],
    [
      'whose entry is longer than it says',
      'corrupt',
      [...entries, { name: 'word/x.xml', content: blanks(50_000), saysSize: 10 }],
    ],
    ['whose entry leads out of it', 'corrupt', [...entries, { name: '../../etc/x.xml', content: '<x/>' }]],
    ['whose entry is absolute', 'corrupt', [...entries, { name: '/etc/x.xml', content: '<x/>' }]],
    ['that is encrypted', 'encrypted', entries.map((entry) => ({ ...entry, encrypted: true }))],
    ['that is no document', 'unsupported', { 'a.txt': 'hello', 'inner.docx': 'PK' }],
  ])('%s', async (_, code, zip) => {
    expect(await codeOf(makeZip(zip))).toBe(code);
  });

  test('that inflates to more than is permitted, even where it is packed badly', async () => {
    const noise = Array.from({ length: 40_000 }, (_, at) => `<a>${Math.sin(at)}</a>`).join('');
    expect(
      await codeOf(makeZip({ ...parts, 'word/x.xml': noise }), { limits: { inflatedBytes: 500_000 } }),
    ).toBe('bomb');
  });

  test('that breaks off', async () => {
    const whole = makeDocx(docxParagraph('Hello'));
    expect(await codeOf(whole.subarray(0, whole.length - 30))).toBe('corrupt');
  });

  test('but not for a picture that is a bomb, which is never opened', async () => {
    expect(
      await codeOf(makeZip([...entries, { name: 'word/media/a.png', content: blanks(8_000_000) }])),
    ).toBe('text');
  });
});

describe('XML', () => {
  const laughs = `<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c "${'&b;'.repeat(50)}">]>`;
  const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);

  test.each([
    [
      'of a document of Word',
      makeZip({ ...parts, 'word/document.xml': `${laughs}<w:document><w:p>&c;</w:p></w:document>` }),
    ],
    [
      'in UTF-16',
      makeZip([
        ...entries.filter(({ name }) => name !== 'word/document.xml'),
        { name: 'word/document.xml', content: utf16(`${laughs}<w/>`) },
      ]),
    ],
    ['of a book', makeEpub([`</body></html>${laughs.replace('w', 'html')}<p>&c;</p>`])],
    [
      'of an open text',
      makeOdt('x', { 'meta.xml': '<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><m>&x;</m>' }),
    ],
  ])('%s that declares entities is refused', async (_, bytes) => {
    expect(await codeOf(bytes)).toBe('bomb');
  });

  const deep = (tag: string, text: string) => `<${tag}>`.repeat(50_000) + text + `</${tag}>`.repeat(50_000);
  test.each([
    [
      'a document of Word',
      makeZip({
        ...parts,
        'word/document.xml': `<w:document><w:body>${deep('w:p', 'x')}</w:body></w:document>`,
      }),
    ],
    ['slides', makePptx([{ title: deep('a:x', 'x'), points: [] }])],
    ['a book', makeEpub([deep('div', 'x')])],
    ['a page', `<html><body>${deep('div', 'x')}`],
  ])('that nests very deeply is refused at once, in %s', async (_, bytes) => {
    const before = process.cpuUsage();
    expect(await codeOf(bytes, { limits: { ratio: 1e9 } })).toBe('corrupt');
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000); // it takes a tenth of a second, or minutes
  });
});

describe('a file that lies about its type', () => {
  test.each<[string, DocumentErrorCode | 'text', Buffer | string, ReadOptions]>([
    ['text that says it is PDF', 'corrupt', 'Hello there', { name: 'a.pdf' }],
    [
      'text that says it is DOCX',
      'corrupt',
      'Hello there',
      { contentType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' },
    ],
    [
      'a picture that says it is text',
      'corrupt',
      Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex'),
      { name: 'a.txt' },
    ],
    ['a picture', 'unsupported', Buffer.from('89504e470d0a1a0a0000000d4948445200000001', 'hex'), {}],
    [
      'a PDF that says it is text',
      'text',
      makePdf([[{ text: 'Hi', y: 700 }]]),
      { name: 'a.txt', contentType: 'text/plain' },
    ],
    ['nothing', 'empty', '', { name: 'a.pdf' }],
    ['blanks', 'empty', ' \n\t ', {}],
    ['rich text', 'unsupported', '{\\rtf1 Hello}', {}],
    [
      'Word of 1997',
      'unsupported',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]),
      { name: 'a.doc' },
    ],
    [
      'an encrypted book',
      'encrypted',
      makeEpub(['<p>x</p>'], {
        'META-INF/encryption.xml': '<e><CipherReference URI="OPS/text/c%200.xhtml"/></e>',
      }),
      {},
    ],
    [
      'an encrypted open text',
      'encrypted',
      makeOdt('x', { 'META-INF/manifest.xml': '<m:manifest><m:encryption-data/></m:manifest>' }),
      {},
    ],
  ])('%s: %s', async (_, code, bytes, options) => {
    expect(await codeOf(bytes, options)).toBe(code);
  });
});

describe('too much of', () => {
  test.each<[string, DocumentErrorCode, Buffer | string, ReadOptions]>([
    ['bytes', 'too-large', 'x'.repeat(2000), { limits: { bytes: 1000 } }],
    [
      'pages',
      'too-many-pages',
      makePdf(Array.from({ length: 30 }, () => [{ text: 'x', y: 700 }])),
      { limits: { pages: 20 } },
    ],
    [
      'slides',
      'too-many-pages',
      makePptx(Array.from({ length: 30 }, () => ({ title: 'x', points: [] }))),
      { limits: { pages: 20 } },
    ],
    ['columns', 'too-large', Array(1_000_000).fill('x').join(','), { name: 'a.csv' }],
    ['cells', 'too-large', 'a,b\n'.repeat(600_000), { name: 'a.csv' }],
    ['characters', 'too-large', 'word '.repeat(500_000), { limits: { characters: 1_000_000 } }],
    ['blocks', 'too-large', 'a\n\n'.repeat(2_000), { limits: { blocks: 1_000 } }],
    ['memory', 'too-large', makePdfBomb(1_200_000_000), {}],
  ])('%s is %s', async (_, code, bytes, options) => {
    expect(await codeOf(bytes, options)).toBe(code);
  });

  test('cells of a sheet is told before they are opened', async () => {
    const sheet = `<worksheet><sheetData>${'<row r="1"><c r="A1"><v>1</v></c></row>'.repeat(20_000)}</sheetData></worksheet>`;
    const types =
      '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>';
    const bytes = makeZip({ '[Content_Types].xml': types, 'xl/worksheets/sheet1.xml': sheet });
    expect(await codeOf(bytes, { limits: { cells: 10_000, ratio: 1e9 } })).toBe('too-large');
  });
});

test('a line of many megabytes is one paragraph', async () => {
  const { blocks } = await readers.readDocument(Buffer.from('word '.repeat(2_000_000)));
  expect(blocks).toHaveLength(1);
});

test('after all of these the readers read', async () => {
  expect(await codeOf(makeDocx(docxParagraph('Hello')))).toBe('text');
});
