import { expect, test } from 'vitest';
import { makePdf } from './make-pdf.ts';
import { outline, readHere } from './read-here.ts';

test('a PDF gives its pages, its headings by their size, and whole paragraphs', async () => {
  const bytes = makePdf(
    [
      [
        { text: 'Annual Report', y: 740, size: 24 },
        { text: 'Sales', y: 700, size: 16 },
        { text: 'We sold more than the year be-', y: 670 },
        { text: 'fore, and our long-term plan is', y: 656 },
        { text: 'as before: a long-', y: 642 },
        { text: 'term one.', y: 628 },
        { text: 'Another paragraph stands here.', y: 590 },
      ],
      [{ text: 'The end.', y: 700 }],
    ],
    { Title: 'Report 2026', Author: 'The Board', CreationDate: 'D:20260102030405Z' },
  );
  const document = await readHere(bytes, { name: 'report.txt' });
  expect(document).toMatchObject({
    kind: 'pdf',
    pages: 2,
    title: 'Report 2026',
    metadata: { author: 'The Board', created: '2026-01-02T03:04:05.000Z' },
  });
  expect(outline(document)).toEqual([
    'page 1',
    'h1 Annual Report',
    'h2 Sales',
    'p We sold more than the year before, and our long-term plan is as before: a long-term one.',
    'p Another paragraph stands here.',
    'page 2',
    'p The end.',
  ]);
  expect(document.blocks[3]).toMatchObject({ page: 1, headings: ['Annual Report', 'Sales'] });
});

test('columns are read one after the other', async () => {
  const column = (x: number, words: string[]) => words.map((text, at) => ({ text, x, y: 700 - at * 14 }));
  const bytes = makePdf([
    [
      ...column(72, ['The left column', 'comes first.']),
      ...column(320, ['The right column', 'comes second.']),
    ],
  ]);
  expect(outline(await readHere(bytes))).toEqual([
    'page 1',
    'p The left column comes first.',
    'p The right column comes second.',
  ]);
});

test('running titles stay once, and page numbers do not', async () => {
  const bodies = ['Alpha is told here.', 'Beta is told here.', 'Gamma is told here.', 'Delta is told here.'];
  const bytes = makePdf(
    bodies.map((text, at) => [
      { text: 'Handbook of Letters', y: 760 },
      { text, y: 600 },
      { text: `Page ${at + 1} of 4`, y: 40 },
    ]),
  );
  expect(outline(await readHere(bytes)).filter((line) => !line.startsWith('page'))).toEqual([
    'p Handbook of Letters',
    ...bodies.map((text) => `p ${text}`),
  ]);
});

test('numbers make items', async () => {
  const lines = ['1. Take it,', 'and keep it', '2. Leave it'].map((text, at) => ({ text, y: 700 - at * 14 }));
  expect(outline(await readHere(makePdf([lines])))).toEqual([
    'page 1',
    '1. 1. Take it, and keep it',
    '1. 2. Leave it',
  ]);
});
