import fc from 'fast-check';
import { Tiktoken } from 'js-tiktoken/lite';
import { describe, expect, test } from 'vitest';
import { approximateTokens } from '../../../src/knowledge/chunk/approximate-tokens.ts';
import type { Chunk } from '../../../src/knowledge/chunk/chunk.ts';
import { chunkDocument } from '../../../src/knowledge/chunk/chunk-document.ts';
import { openTokenCounter } from '../../../src/knowledge/chunk/token-counter.ts';
import { openBlockList } from '../../../src/knowledge/read/block-list.ts';
import type { Block, ReadDocument } from '../../../src/knowledge/read/document.ts';
import { defaultLimits } from '../../../src/knowledge/read/read-limits.ts';
import { growthOf, mostGrowth } from '../../support/growth.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { readHere } from '../read/read-here.ts';

const countTokens = await openTokenCounter('text-embedding-3-small');
const small = { maxTokens: 60, countTokens };

const words = fc.array(
  fc.constantFrom(
    'alpha',
    'Beta',
    'x',
    'Österreich',
    '漢字',
    '👩‍👩‍👧',
    'e\u0301',
    '12,5',
    'gamma.',
    'delta!',
  ),
  { minLength: 1, maxLength: 40 },
);
const text = fc.oneof(
  { weight: 4, arbitrary: words.map((some) => some.join(' ')) },
  { weight: 1, arbitrary: words.map((some) => some.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('a', '=', ' .', '👍', '\n'), fc.integer({ min: 1, max: 600 }))
      .map(([sign, times]) => sign.repeat(times)),
  },
);
const table = fc.array(fc.array(text, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 12 });

type Write = (list: ReturnType<typeof openBlockList>) => void;
const write: fc.Arbitrary<Write> = fc.oneof(
  text.map(
    (some): Write =>
      (list) =>
        list.paragraph(some),
  ),
  text.map(
    (some): Write =>
      (list) =>
        list.item(some, 1, false),
  ),
  text.map(
    (some): Write =>
      (list) =>
        list.code(some),
  ),
  fc.tuple(fc.integer({ min: 1, max: 4 }), text).map(
    ([level, some]): Write =>
      (list) =>
        list.heading(level, some),
  ),
  fc.tuple(table, fc.boolean()).map(
    ([rows, named]): Write =>
      (list) =>
        list.table(rows, named),
  ),
  fc.integer({ min: 1, max: 9 }).map(
    (number): Write =>
      (list) =>
        list.page(number),
  ),
  fc.integer({ min: 1, max: 9 }).map(
    (number): Write =>
      (list) =>
        list.slide(number),
  ),
);
const documents = fc.array(write, { minLength: 1, maxLength: 12 }).map((writes): ReadDocument => {
  const list = openBlockList(defaultLimits);
  list.paragraph('First.');
  for (const each of writes) each(list);
  return { kind: 'text', metadata: {}, blocks: list.end() };
});
const limits = fc.integer({ min: 16, max: 120 });
const runs = { numRuns: runsOf(100), seed: seedOf(6) };

/** What a chunk should have of a block, without white space and marks. */
function bare(some: string): string {
  return some.replace(/[\s|\\-]+/g, '');
}

function texts(blocks: Block[], isNamed = true): string {
  return bare(
    blocks
      .map((block) => {
        if ('text' in block) return block.text;
        return 'rows' in block
          ? [...(isNamed ? (block.header ?? []) : []), ...block.rows.flat()].join('')
          : '';
      })
      .join(''),
  );
}

describe('whatever the document', () => {
  test('no chunk is over the limit, and each is counted right', () => {
    fc.assert(
      fc.property(
        documents,
        limits,
        fc.integer({ min: 0, max: 30 }),
        (document, maxTokens, overlapTokens) => {
          for (const chunk of chunkDocument(document, { maxTokens, overlapTokens, countTokens })) {
            expect(chunk.tokens).toBeLessThanOrEqual(maxTokens);
            expect(chunk.tokens).toBe(countTokens(chunk.text));
            expect(chunk.text.isWellFormed()).toBe(true);
            expect(chunk.text.trim()).not.toBe('');
          }
        },
      ),
      runs,
    );
  });

  test('all text is in the chunks, in order', () => {
    fc.assert(
      fc.property(documents, limits, (document, maxTokens) => {
        const unnamed = document.blocks.map((block) => {
          if (block.type !== 'table' || !block.header) return block;
          const { header, ...rest } = block;
          return { ...rest, rows: [header, ...block.rows] };
        });
        const chunks = chunkDocument({ ...document, blocks: unnamed }, { maxTokens, countTokens });
        expect(bare(chunks.map((chunk) => chunk.text).join(''))).toBe(texts(unnamed));
        expect(chunks.map(({ position }) => position)).toEqual(chunks.map((_, at) => at));
      }),
      runs,
    );
  });

  test('names of columns and overlaps are said again, and nothing is lost for them', () => {
    fc.assert(
      fc.property(documents, limits, (document, maxTokens) => {
        const all = bare(
          chunkDocument(document, { maxTokens, overlapTokens: 20, countTokens })
            .map((chunk) => chunk.text)
            .join(''),
        );
        expect(isWithin(texts(document.blocks, false), all)).toBe(true);
      }),
      runs,
    );
  });

  test('the same document gives the same chunks, and no two of one id', () => {
    fc.assert(
      fc.property(documents, limits, (document, maxTokens) => {
        const chunks = chunkDocument(document, { maxTokens, countTokens });
        expect(chunkDocument(structuredClone(document), { maxTokens, countTokens })).toEqual(chunks);
        expect(new Set(chunks.map(({ id }) => id)).size).toBe(chunks.length);
      }),
      runs,
    );
  });
});

/** Whether all signs of one text are in the other, in order. */
function isWithin(inner: string, outer: string): boolean {
  let at = 0;
  for (const unit of outer) if (unit === inner.slice(at, at + unit.length)) at += unit.length;
  return at === inner.length;
}

const sentence = (at: number) => `Sentence number ${at} has some words in it. `;
const prose = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => sentence(from + at)).join('');

async function chunksOf(markdown: string, options = small): Promise<Chunk[]> {
  return chunkDocument(await readHere(markdown, { name: 'a.md' }), options);
}

test('a section is a chunk, under its headings', async () => {
  const chunks = await chunksOf(`# Guide\n\n## Begin\n\n${prose(0, 3)}\n\n## End\n\n${prose(3, 6)}`);
  expect(chunks.map(({ headings, title }) => [title, ...headings])).toEqual([
    ['Guide', 'Guide', 'Begin'],
    ['Guide', 'Guide', 'End'],
  ]);
  expect(chunks[0]?.text).toBe(`Guide\n\nBegin\n\n${prose(0, 3).trim()}`);
});

test('a heading is with what it is above, and small sections are together under what they share', async () => {
  const chunks = await chunksOf(`# A\n\n${prose(0, 4)}\n\n## Little\n\nFew.\n\n## Last\n\nMore.`);
  expect(chunks.map((chunk) => [chunk.headings, chunk.text.split('\n')[0]])).toEqual([
    [['A'], 'A'],
    [['A'], 'Little'],
  ]);
});

test('sentences are whole, and overlap where that is wanted', async () => {
  const chunks = await chunksOf(prose(0, 20), { ...small, overlapTokens: 15 } as typeof small);
  expect(chunks.length).toBeGreaterThan(3);
  for (const chunk of chunks) expect(chunk.text).toMatch(/^Sentence [^.]*\.( Sentence [^.]*\.)*$/);
  for (const [at, chunk] of chunks.entries()) {
    const before = chunks[at - 1]?.text.match(/Sentence number \d+/g)?.at(-1);
    if (before) expect(chunk.text.startsWith(before)).toBe(true);
  }
});

test('a sentence that is wrapped over lines is whole', async () => {
  const wrapped = prose(0, 20).replaceAll(' words ', '\nwords ');
  const chunks = await chunksOf(wrapped, { ...small, overlapTokens: 8 } as typeof small);
  expect(chunks.length).toBeGreaterThan(3);
  for (const chunk of chunks) expect(chunk.text).toMatch(/^Sentence [^.]*\.(\s+Sentence [^.]*\.)*$/);
});

test('each chunk of a table has its names, and rows are whole', async () => {
  const rows = Array.from({ length: 40 }, (_, at) => `| item ${at} | some words |`);
  const chunks = await chunksOf(`Before.\n\n| Name | Note |\n|---|---|\n${rows.join('\n')}\n\nAfter.`);
  expect(chunks.length).toBeGreaterThan(5);
  for (const { text: some } of chunks) {
    expect(some.match(/\| Name \| Note \|\n\| --- \| --- \|/g)).toHaveLength(1);
    for (const line of some.split('\n').filter((line) => line.includes('item'))) expect(rows).toContain(line);
  }
});

test('chunks know their pages, their slides and their sheet', () => {
  const list = openBlockList(defaultLimits);
  list.page(3);
  list.paragraph('On page three.');
  list.page(4);
  list.paragraph('On page four.');
  list.slide(2);
  list.paragraph('On a slide.');
  list.sheet('Costs');
  list.paragraph('On a sheet.');
  const chunks = chunkDocument(
    { kind: 'text', metadata: {}, blocks: list.end() },
    { maxTokens: 500, countTokens },
  );
  expect(chunks.map(({ pages, slides, sheet }) => ({ pages, slides, sheet }))).toEqual([
    { pages: { from: 3, to: 4 }, slides: { from: 2, to: 2 }, sheet: undefined },
    { pages: undefined, slides: undefined, sheet: 'Costs' },
  ]);
});

test('the id is that of the content: what comes before does not change it', async () => {
  const [first] = await chunksOf(`# A\n\n${prose(0, 3)}\n`);
  const again = await chunksOf(`# A\n\n${prose(0, 3)}\n\n# B\n\n${prose(3, 6)}`);
  const moved = await chunksOf(`# A\n\n${prose(0, 3)}changed. \n`);
  expect(again[0]?.id).toBe(first?.id);
  expect(moved[0]?.id).not.toBe(first?.id);
});

test.each(['a', ' ', '=', 'word ', '漢', '.', '😀'])(
  'the time grows with the length alone, for many of %j',
  async (sign) => {
    const chunk = (length: number) => {
      const text = `x${sign.repeat(length)}x`;
      const document: ReadDocument = {
        kind: 'text',
        metadata: {},
        blocks: [{ type: 'code', text, headings: [] }],
      };
      chunkDocument(document, { maxTokens: 400, countTokens });
    };
    expect(await growthOf(chunk, 200_000)).toBeLessThan(mostGrowth);
  },
  60_000,
);

test('a limit that no character fits into is refused', () => {
  expect(() =>
    chunkDocument({ kind: 'text', metadata: {}, blocks: [] }, { maxTokens: 15, countTokens }),
  ).toThrow(RangeError);
});

describe('tokens', () => {
  test.each([
    ['text-embedding-3-small', 'Grüße aus Wien', 5],
    ['openai:gpt-4', 'hello world', 2],
    ['gpt-5-mini', 'hello world', 2],
    ['gpt-4o', '<|endoftext|>', 7],
  ])('of %s are those of its encoding: %j has %i', async (model, some, tokens) => {
    expect((await openTokenCounter(model))(some)).toBe(tokens);
  });

  test.each(['text-embedding-3-small', 'gpt-5'])(
    'of %s are those of the tokenizer for every text without long words',
    async (model) => {
      const [count, ranks] = [
        await openTokenCounter(model),
        await (model === 'gpt-5'
          ? import('js-tiktoken/ranks/o200k_base')
          : import('js-tiktoken/ranks/cl100k_base')),
      ];
      const tokenizer = new Tiktoken(ranks.default);
      const bits = fc.constantFrom(
        'word',
        "Don't",
        ' ',
        '\n',
        '\t',
        '.',
        ',\n',
        '12345',
        '漢字',
        '👍',
        '  ',
        '\r\n',
        '/',
        'é',
        '\u00a0',
      );
      fc.assert(
        fc.property(fc.array(bits, { maxLength: 30 }), (some) => {
          const mixed = some.join('').replace(/\S{20}/g, '$& ');
          expect(count(mixed)).toBe(tokenizer.encode(mixed, [], []).length);
        }),
        { numRuns: runsOf(300), seed: seedOf(6) },
      );
    },
  );

  test('of other models are an approximation', async () => {
    expect(await openTokenCounter('ollama:nomic-embed-text')).toBe(approximateTokens);
  });

  test.each([
    ['English', 'The quick brown fox jumps over the lazy dog, and nobody minds that in 2026. '],
    ['German', 'Die Donaudampfschifffahrtsgesellschaft stellt ihren Kapitänen neue Mützen zur Verfügung. '],
    ['Russian', 'Съешь же ещё этих мягких французских булок, да выпей чаю. '],
    ['Japanese', 'これは文字の数を数えるための文章です。'],
    ['code', 'const answer = await fetch(`https://example.com/`);\n'],
  ])('of %s are approximately the right number', async (_, some) => {
    const right = (await openTokenCounter('gpt-4o'))(some.repeat(10));
    const ratio = approximateTokens(some.repeat(10)) / right;
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(2);
  });
});
