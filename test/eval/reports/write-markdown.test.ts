import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { expect, test } from 'vitest';
import { writeMarkdown } from '../../../src/eval/reports/write-markdown.ts';
import { hostile } from '../support/hostile.ts';
import { makeReport } from '../support/make-report.ts';

test('the verdict is first, then what was lost with its diffs, then the suites', () => {
  const text = writeMarkdown(makeReport({ cases: 12 }));
  const order = ['❌ Regression', '### Lost', '+ Questions that ask', '<details><summary>✗', '| suite |'];
  const places = order.map((one) => text.indexOf(one));
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(places[0]).toBeGreaterThan(-1);
  expect(text).toContain('```diff\n- Questions that ask how many');
  expect(text).toContain('triage → sql became triage → search');
});

test('a comment stays under what GitHub takes, and tells how much is left out', () => {
  const text = writeMarkdown(makeReport({ cases: 900, answer: 'long '.repeat(2_000) }));
  expect(text.length).toBeLessThan(65_536);
  expect(text).toMatch(/… and \d+ more, which the whole report shows\./);
  expect(text).toContain('| suite | verdict |');
});

interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

/** What a reader of Markdown finds: the kinds of nodes, the tags of HTML, and the text that stands in no code. */
function read(markdown: string) {
  const root = unified().use(remarkParse).use(remarkGfm).parse(markdown) as unknown as Node; // as mdast has them
  const kinds = new Set<string>();
  const tags: string[] = [];
  const outside: string[] = [];
  let inCode = false;
  const walk = ({ type, value = '', children = [] }: Node) => {
    kinds.add(type);
    if (type === 'html') {
      tags.push(...(value.match(/<[^>]*>/g) ?? []));
      inCode = value === '<code>' || (inCode && value !== '</code>');
    } else if (type === 'text' && !inCode) outside.push(value);
    children.forEach(walk);
  };
  walk(root);
  return { kinds, tags, outside: outside.join('') };
}

test('what users and models say formats nothing, links nothing and calls nobody', () => {
  const report = makeReport({ cases: 6, answer: hostile });
  for (const one of report.comparisons.flatMap(({ lost }) => lost)) one.asks = [hostile];
  for (const run of report.runs) for (const one of run.cases) one.id = '@octocat</code><b>';
  const text = writeMarkdown(report);
  const { kinds, tags, outside } = read(text);
  for (const kind of ['link', 'image', 'linkReference', 'footnoteReference', 'emphasis', 'delete'])
    expect(kinds).not.toContain(kind);
  const own = /^(?:<!-- baton eval report -->|<\/?(?:code|details|summary|sub|b)>)$/;
  expect(tags.filter((tag) => !own.test(tag))).toEqual([]);
  expect(outside).not.toMatch(/@|#\d|https?:|\p{Cf}/u);
  const count = (tag: string) => tags.filter((one) => one === tag).length;
  expect(count('<details>')).toBe(count('</details>'));
  expect(count('<code>')).toBe(count('</code>'));
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
});
