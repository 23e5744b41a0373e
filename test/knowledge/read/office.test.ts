import ExcelJS from 'exceljs';
import { expect, test } from 'vitest';
import { docxParagraph, docxTable, makeDocx, makeEpub, makeOdt, makePptx } from './make-office.ts';
import { outline, readHere } from './read-here.ts';

test('a document of Word keeps its headings, its table and what it says of itself', async () => {
  const bytes = makeDocx(
    docxParagraph('Leave', 'Heading1') +
      docxParagraph('You have 30 days.') +
      docxParagraph('Parents', 'Heading2') +
      docxTable([
        ['Month', 'Days'],
        ['May', '4'],
      ]),
  );
  const document = await readHere(bytes, { name: 'anything.bin' });
  expect(document).toMatchObject({
    kind: 'docx',
    title: 'Said by the file',
    language: 'en-GB',
    metadata: { author: 'A. Writer' },
  });
  expect(outline(document)).toEqual([
    'h1 Leave',
    'p You have 30 days.',
    'h2 Parents',
    '# Month | Days\nMay | 4',
  ]);
  expect(document.blocks.at(-1)?.headings).toEqual(['Leave', 'Parents']);
});

test('slides come in the order in which they are shown, their titles first and their notes last, without hidden ones', async () => {
  const bytes = makePptx([
    { title: 'First', points: ['one', 'two'], notes: 'Say hello.' },
    { title: 'Secret', points: ['hidden'], hidden: true },
    { title: 'Last', points: ['end'] },
  ]);
  const document = await readHere(bytes);
  expect(document).toMatchObject({ kind: 'pptx', pages: 3, metadata: { hiddenSlides: 1 } });
  expect(outline(document)).toEqual([
    'slide 1',
    'h1 First',
    '- one',
    '- two',
    'h2 Notes',
    'p Say hello.',
    'slide 3',
    'h1 Last',
    'p end',
  ]);
  expect(document.blocks.find((block) => block.type === 'paragraph')).toMatchObject({
    slide: 1,
    headings: ['First', 'Notes'],
  });
});

test('a sheet gives what its cells show; an empty row ends a table, and hidden sheets are left out', async () => {
  const workbook = new ExcelJS.Workbook();
  const sheet = workbook.addWorksheet('Prices');
  sheet.addRow(['Prices of this year']);
  sheet.addRow([]);
  sheet.addRow(['Item', 'Price', 'Since']);
  sheet.addRow(['Tea', { formula: '1+1', result: 2 }, new Date('2026-03-01T00:00:00Z')]);
  sheet.addRow([
    { richText: [{ text: 'Cof' }, { text: 'fee' }] },
    3.5,
    { text: 'see', hyperlink: 'https://example.com' },
  ]);
  sheet.mergeCells('A8:C8');
  sheet.getCell('A8').value = 'A note under it';
  workbook.addWorksheet('Draft', { state: 'hidden' }).addRow(['not this']);
  const document = await readHere(Buffer.from(await workbook.xlsx.writeBuffer()));
  expect(document).toMatchObject({ kind: 'xlsx', metadata: { hiddenSheets: 1 } });
  expect(outline(document)).toEqual([
    'sheet Prices',
    'p Prices of this year',
    '# Item | Price | Since\nTea | 2 | 2026-03-01\nCoffee | 3.5 | see',
    'p A note under it',
  ]);
  expect(document.blocks[1]).toMatchObject({ sheet: 'Prices' });
});

test('a book is read in the order of its spine', async () => {
  const document = await readHere(
    makeEpub(['<h1>One</h1><p>Il était &amp; une fois</p>', '<h1>Two</h1><ul><li>end</li></ul>']),
  );
  expect(document).toMatchObject({ kind: 'epub', title: 'The Book', language: 'fr' });
  expect(outline(document)).toEqual(['h1 One', 'p Il était & une fois', 'h1 Two', '- end']);
});

test('a text of OpenDocument keeps headings, lists and tables', async () => {
  const cell = (text: string) => `<table:table-cell><text:p>${text}</text:p></table:table-cell>`;
  const document = await readHere(
    makeOdt(
      '<text:h text:outline-level="2">Part</text:h><text:p>Some<text:s text:c="2"/>text<text:note><text:note-body><text:p>noted</text:p></text:note-body></text:note></text:p>' +
        '<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>' +
        `<table:table><table:table-row>${cell('a')}${cell('b')}</table:table-row></table:table>`,
    ),
  );
  expect(document).toMatchObject({ kind: 'odt', title: 'An Open Text' });
  expect(outline(document)).toEqual(['h2 Part', 'p Some text (noted)', '- item', 'a | b']);
});
