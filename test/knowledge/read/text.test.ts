import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { outline, readHere } from './read-here.ts';

describe('Markdown', () => {
  const text = [
    '---',
    'title: Returns',
    'lang: en',
    'tags: [shop, help]',
    'nested: { not: kept }',
    '---',
    '# How to *return*',
    '> quoted **words**',
    '> go on',
    '',
    '1. first',
    '   - inner `code`',
    '',
    '| a | b |',
    '|---|---|',
    '| 1 | [two](https://x.example) |',
    '',
    '```ts title="x"',
    'const a = 1;',
    '```',
    '<!-- not this -->',
  ].join('\n');

  test('keeps structure, marks within paragraphs and front matter', async () => {
    const document = await readHere(text, { name: 'returns.md' });
    expect(document).toMatchObject({
      kind: 'markdown',
      title: 'Returns',
      language: 'en',
      metadata: { tags: ['shop', 'help'] },
    });
    expect(document.metadata).not.toHaveProperty('nested');
    expect(outline(document)).toEqual([
      'h1 How to return',
      'p quoted **words**\ngo on',
      '1. first',
      '  - inner `code`',
      '# a | b\n1 | [two](https://x.example)',
      'code ts: const a = 1;',
    ]);
  });

  test('is told by its content where nobody says what it is', async () => {
    expect((await readHere(text)).kind).toBe('markdown');
    expect((await readHere('A - b\n\nplain text, really.')).kind).toBe('text');
  });
});

describe('text', () => {
  test.each([
    ['utf-16le', 'Žluťoučký kůň\n\nпривет'],
    ['utf-16be', 'Plain words, and another line of them.'],
    [
      'windows-1251',
      'Съешь же ещё этих мягких французских булок, да выпей чаю. Съешь же ещё этих мягких булок.',
    ],
    ['shift_jis', 'これは日本語の文章です。文字コードを調べるための長い文章です。'],
    ['windows-1252', 'It is “quoted” – and it’s about 5 € for a café, says a résumé of naïve façades.'],
    ['gb18030', '这是一个用来检查字符编码的中文句子,请不要把它当成别的语言。'],
    ['euc-kr', '이것은 문자 인코딩을 확인하기 위한 한국어 문장입니다. 다른 언어로 읽으면 안 됩니다.'],
    ['utf-8', 'Ünïcödé 🎉'],
  ])('in %s is found to be', async (charset, text) => {
    const document = await readHere(iconv.encode(text, charset));
    expect(outline(document)).toEqual(text.split('\n\n').map((part) => `p ${part}`));
  });

  test('that is valid UTF-8 is so whatever is said of it; other text is what is said of it', async () => {
    const utf8 = await readHere('Grüße', { contentType: 'text/plain; charset=iso-8859-1' });
    expect(outline(utf8)).toEqual(['p Grüße']);
    const greek = await readHere(iconv.encode('Καλημέρα', 'iso-8859-7'), {
      contentType: 'text/plain; charset=ISO-8859-7',
    });
    expect(outline(greek)).toEqual(['p Καλημέρα']);
  });

  test('has pages where it has form feeds', async () => {
    const document = await readHere('one\n\ftwo');
    expect(outline(document)).toEqual(['page 1', 'p one', 'page 2', 'p two']);
  });

  test('loses what PostgreSQL does not take: NUL and half characters', async () => {
    const document = await readHere(`a${'long '.repeat(60)}\u0000b\u0007c`);
    expect(document.blocks[0]).toMatchObject({ text: expect.stringMatching(/long bc$/) });
  });
});

describe('CSV', () => {
  test.each([',', ';', '\t', '|'])('with %j between its cells is a table with its names', async (mark) => {
    const rows = [
      ['Name', 'Note'],
      ['Ann', `has${mark}within`],
      ['Bo', 'say "hi"'],
    ];
    const text = rows
      .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(mark))
      .join('\r\n');
    const document = await readHere(text, { name: 'x.csv' });
    expect(document.blocks).toEqual([
      {
        headings: [],
        type: 'table',
        header: rows[0],
        rows: rows.slice(1).map((row) => row.map((cell) => cell.replace('\t', ' '))),
      },
    ]);
  });

  test('is told by its content where nobody says what it is', async () => {
    expect((await readHere('a,b\n1,2\n3,4\n')).kind).toBe('csv');
    expect((await readHere('Well, this\nis, after all,\na poem, and no table.')).kind).toBe('text');
  });

  test('of many rows comes in blocks that all have the names', async () => {
    const text = `id,name\n${Array.from({ length: 1200 }, (_, at) => `${at},n${at}`).join('\n')}`;
    const { blocks } = await readHere(text);
    expect(
      blocks.map((block) => (block.type === 'table' ? [block.header?.join(), block.rows.length] : [])),
    ).toEqual([
      ['id,name', 500],
      ['id,name', 500],
      ['id,name', 200],
    ]);
  });
});
