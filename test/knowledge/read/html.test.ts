import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { outline, readHere } from './read-here.ts';

const words =
  'Our shop takes back whatever you do not like, within thirty days, for any reason at all. '.repeat(5);

const page = `<!doctype html><html lang="de"><head><title>Returns &amp; more</title><meta name="description" content="About them">
  <style>p { color: red }</style></head><body><header><a href="/">Home</a></header><nav><ul><li>Menu</li></ul></nav>
  <main><h1>Returns</h1><p>${words}</p><p style="display: none">unseen</p><h2>How</h2><ol><li>Pack <b>it</b><ul><li>well</li></ul></li><li>Send it</li></ol>
  <table><tr><th>Days</th><th>Refund</th></tr><tr><td>30</td><td>all<br>of it</td></tr></table>
  <pre><code class="language-sh">curl
  x</code></pre>loose text<script>alert(1)</script></main><footer>Imprint</footer></body></html>`;

test('of a page the content is read, with its structure', async () => {
  const document = await readHere(page, { name: 'page.txt' });
  expect(document).toMatchObject({
    kind: 'html',
    title: 'Returns & more',
    language: 'de',
    metadata: { description: 'About them' },
  });
  expect(outline(document)).toEqual([
    'h1 Returns',
    `p ${words.trim()}`,
    'h2 How',
    '1. Pack it',
    '  - well',
    '1. Send it',
    '# Days | Refund\n30 | all of it',
    'code sh: curl\n  x',
    'p loose text',
  ]);
  expect(document.blocks[5]?.headings).toEqual(['Returns', 'How']);
});

test('selectors say what is read and what is not', async () => {
  const document = await readHere(page, { html: { keep: ['footer', 'h2, ol'], drop: ['ol ul'] } });
  expect(outline(document)).toEqual(['h2 How', '1. Pack it', '1. Send it', 'p Imprint']);
});

test('a page without marks of its content is found by its text, and a short one is read whole', async () => {
  const bare = `<html><body><div class="menu"><a href="a">Menu one</a> <a href="b">Menu two</a></div><div class="story">${`<p>${words}</p>`.repeat(4)}</div><div class="footer"><a href="c">Imprint</a></div></body></html>`;
  const read = outline(await readHere(bare));
  expect(read).toEqual(Array(4).fill(`p ${words.trim()}`));
  expect(outline(await readHere('<div>Just <i>this</i></div><div>and that</div>'))).toEqual([
    'p Just this',
    'p and that',
  ]);
});

test.each([
  ['its meta element', '<meta charset="windows-1253">', undefined],
  ['what came with it', '', 'text/html; charset=windows-1253'],
])('the charset is that of %s', async (_, meta, contentType) => {
  const bytes = iconv.encode(
    `<html><head>${meta}<title>x</title></head><body><p>Καλημέρα σε όλους</p></body></html>`,
    'windows-1253',
  );
  const document = await readHere(bytes, contentType ? { contentType } : {});
  expect(outline(document)).toEqual(['p Καλημέρα σε όλους']);
});
