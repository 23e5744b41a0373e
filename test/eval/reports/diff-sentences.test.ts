import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffFiles } from '../../../src/eval/reports/diff-files.ts';
import { diffSentences } from '../../../src/eval/reports/diff-sentences.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';

const triage = `---
model: fast
examples:
  - ask: How many films?
---
You take every question, and you answer none of them. You decide who does.

- Films and their stories
  go to search.
- Counts go to sql.

Hand over without a word.
`;

test('a sentence that was edited is told with the whole sentence, once removed and once added', () => {
  const after = triage.replace('You decide who does.', 'You choose who does.');
  expect(diffSentences(triage, after)).toEqual({
    removed: ['You decide who does.'],
    added: ['You choose who does.'],
  });
});

test('a paragraph that is wrapped otherwise, other line ends and more space are no change', () => {
  const rewrapped = triage
    .replace('and you answer none of them. You', 'and you answer\nnone of them.\nYou')
    .replace('stories\n  go', 'stories go')
    .replace('a word.', 'a   word.\n\n');
  expect(diffSentences(triage, rewrapped)).toEqual({ removed: [], added: [] });
  expect(diffSentences(triage, triage.replaceAll('\n', '\r\n'))).toEqual({ removed: [], added: [] });
});

test('an item of a list counts as a whole, a line of the front matter and of code by itself', () => {
  const after = triage.replace('go to search', 'go to sql').replace('model: fast', 'model: careful');
  expect(diffSentences(triage, after)).toEqual({
    removed: ['model: fast', '- Films and their stories go to search.'],
    added: ['model: careful', '- Films and their stories go to sql.'],
  });
  const code = '```sql\nselect a.\nfrom b\n```';
  expect(diffSentences(code, code.replace('from b', 'from c'))).toEqual({
    removed: ['from b'],
    added: ['from c'],
  });
});

test('in YAML lines count, and how far they are indented', () => {
  const yaml = 'start: triage\nlimits:\n  handoffs: 6\n';
  expect(diffSentences(yaml, yaml.replace('6', '7'), 'lines')).toEqual({
    removed: ['  handoffs: 6'],
    added: ['  handoffs: 7'],
  });
  expect(diffSentences(yaml, yaml.replace('  handoffs', 'handoffs'), 'lines').added).toEqual(['handoffs: 6']);
});

test('wherever a text is wrapped, and whatever else it holds, wrapping is no change', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const paragraph = fc.array(word, { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(paragraph, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (words, breaks) => {
      const text = `${words.join(' ')}.`;
      const wrapped = `${words.map((one, at) => `${one}${at < words.length - 1 ? (breaks[at] ? '\n' : ' ') : ''}`).join('')}.`;
      expect(diffSentences(text, wrapped)).toEqual({ removed: [], added: [] });
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});

test('files are told by name: edited by sentence or line, new, gone, and not where nothing changed', () => {
  const before = { 'agents/a.md': 'One. Two.', 'agents/b.md': 'Same\nhere.', 'graphs/g.yaml': 'start: a' };
  const after = { 'agents/a.md': 'One. Three.', 'agents/b.md': 'Same here.', 'agents/c.md': 'New.' };
  expect(diffFiles(before, after)).toEqual([
    { file: 'agents/a.md', removed: ['Two.'], added: ['Three.'] },
    { file: 'agents/c.md', removed: [], added: ['New.'] },
    { file: 'graphs/g.yaml', removed: ['start: a'], added: [] },
  ]);
});

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`);
const change = (before: string[], after: string[]) =>
  diffSentences(before.join('\n'), after.join('\n'), 'lines');

test('a text that differs in more than is looked for is all removed and all added', () => {
  const lines = numbered(2_000);
  const back = lines.toReversed(); // both have all of them, which only a search without bounds finds
  expect(change(lines, back)).toEqual({ removed: lines, added: back });
  const long = numbered(5_001);
  expect(change(long, ['new', ...long])).toEqual({ removed: long, added: ['new', ...long] });
  expect(change(long, long)).toEqual({ removed: [], added: [] });
});

test('some edits of a long text are found', () => {
  const lines = numbered(4_900);
  expect(change(lines, lines.with(70, 'x').with(4_000, 'y'))).toEqual({
    removed: ['line 70', 'line 4000'],
    added: ['x', 'y'],
  });
});

test('the more files differ, the fewer edits are told apart in each', () => {
  const lines = numbered(60);
  const texts = (count: number, text: string[]) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`graphs/${at}.yaml`, text.join('\n')]));
  const kept = (files: number) => {
    const [first] = diffFiles(texts(files, lines), texts(files, lines.toReversed()));
    return lines.length - (first?.removed.length ?? 0);
  };
  expect([kept(1), kept(100)]).toEqual([1, 0]);
});
