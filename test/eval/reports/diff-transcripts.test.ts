import { expect, test } from 'vitest';
import { fromBaselineCase, toBaselineCase } from '../../../src/eval/comparing/baseline-case.ts';
import { diffTranscripts, type StepDiff } from '../../../src/eval/reports/diff-transcripts.ts';
import { diffWordsOf, noWords, openWordBudget } from '../../../src/eval/reports/diff-words.ts';
import type { Transcript } from '../../../src/eval/transcript.ts';
import { makeRun } from '../support/make-report.ts';

function transcriptOf(broken: boolean, answer = ''): Transcript {
  const run = makeRun('films-routing', 1, { broken, answer, seed: 0 });
  const transcript = run.cases[0]?.attempts[0]?.transcript;
  if (!transcript) throw new Error('There is no transcript.');
  return transcript;
}

function told(steps: StepDiff[] | undefined): string[] {
  return (steps ?? []).map(
    ({ mark, before, after }) => `${mark} ${before?.title ?? '–'} | ${after?.title ?? '–'}`,
  );
}

test('steps are aligned: what was asked is the same, the hop changed, each side has its own calls', () => {
  const [turn] = diffTranscripts(transcriptOf(false), transcriptOf(true));
  expect(told(turn)).toEqual([
    'same user | user',
    'changed triage → sql | triage → search',
    'removed sql calls run_sql | –',
    'removed sql → answer | –',
    'added – | search calls search_films',
    'added – | search → answer',
    'changed answer says | answer says',
  ]);
});

test('a hop that changed has its words marked', () => {
  const [turn] = diffTranscripts(transcriptOf(false), transcriptOf(true));
  expect(turn?.[1]?.title).toEqual([
    { mark: 'same', text: 'triage → ' },
    { mark: 'removed', text: 'sql' },
    { mark: 'added', text: 'search' },
  ]);
});

test('equal attempts have no difference, and without the first all is new', () => {
  const [same] = diffTranscripts(transcriptOf(true), transcriptOf(true));
  expect(new Set(same?.map(({ mark }) => mark))).toEqual(new Set(['same']));
  const [fresh] = diffTranscripts(null, transcriptOf(true));
  expect(new Set(fresh?.map(({ mark }) => mark))).toEqual(new Set(['added']));
});

test('what a baseline does not keep, results and the ends of long texts, is no difference', () => {
  const run = makeRun('films-routing', 1, { broken: false, answer: ` ${'very '.repeat(200)}long`, seed: 0 });
  const [one] = run.cases;
  if (!one) throw new Error('There is no case.');
  const kept = fromBaselineCase(one.id, toBaselineCase(one)).attempts[0]?.transcript ?? null;
  const now = one.attempts[0]?.transcript ?? { turns: [] };
  const [turn] = diffTranscripts(kept, now);
  expect(new Set(turn?.map(({ mark }) => mark))).toEqual(new Set(['same']));
  expect(turn?.find(({ kind }) => kind === 'call')?.after?.output).toBe('count\n457');
});

test('a turn that one attempt did not reach is there on the other side alone', () => {
  const long = { turns: [...transcriptOf(false).turns, ...transcriptOf(false).turns] };
  const turns = diffTranscripts(long, transcriptOf(false));
  expect(turns).toHaveLength(2);
  expect(new Set(turns[1]?.map(({ mark }) => mark))).toEqual(new Set(['removed']));
});

test('the parts of a word diff give both texts back', () => {
  const [before, after] = ['There are 457 long films.', 'There are 12 long, sad films.'];
  const parts = diffWordsOf(before, after);
  const side = (left: 'removed' | 'added') =>
    parts.flatMap(({ mark, text }) => (mark === left ? [] : [text])).join('');
  expect(side('added')).toBe(before);
  expect(side('removed')).toBe(after);
});

test('texts with little in common, and those too long to compare, are one removed and one added', () => {
  const marks = (before: string, after: string) => diffWordsOf(before, after).map(({ mark }) => mark);
  expect(marks('There are 457 of them.', 'You could watch “Jaws of the Deep”.')).toEqual([
    'removed',
    'added',
  ]);
  expect(marks('x '.repeat(30_000), 'x y '.repeat(30_000))).toEqual(['removed', 'added']);
});

function withCalls(names: string[]): Transcript {
  const [turn] = transcriptOf(false).turns;
  if (!turn) throw new Error('There is no turn.');
  const call = { agent: 'a', args: {}, result: '', failed: false, milliseconds: 1 };
  return { turns: [{ ...turn, hops: [], calls: names.map((name) => ({ ...call, name })) }] };
}

test('turns that differ in more steps than is looked for have them paired in order', () => {
  const names = Array.from({ length: 500 }, (_, at) => `tool-${at}`);
  const pairs = (one: string[], other: string[]) => {
    const [turn = []] = diffTranscripts(withCalls(one), withCalls(other));
    return turn.flatMap(({ before, after, kind }) =>
      kind === 'call' ? [[before?.title.slice(8), after?.title.slice(8)]] : [],
    );
  };
  const back = names.toReversed();
  expect(pairs(names, back)).toEqual(names.map((name, at) => [name, back[at]]));
  const few = names.slice(0, 20);
  expect(pairs(few, ['new', ...few])).toEqual([[undefined, 'new'], ...few.map((name) => [name, name])]);
});

test('steps of another actor stand between those that are paired', () => {
  const names = ['one', 'two', 'three'];
  const one = withCalls(names);
  const [turn] = withCalls(['four', 'five', 'six', 'seven']).turns;
  if (!turn) throw new Error('There is no turn.');
  const calls = turn.calls.map((call, at) => (at === 1 ? { ...call, agent: 'b' } : call));
  expect(told(diffTranscripts(one, { turns: [{ ...turn, calls }] })[0]).slice(1, -1)).toEqual([
    'changed a calls one | a calls four',
    'added – | b calls five',
    'changed a calls two | a calls six',
    'changed a calls three | a calls seven',
  ]);
});

test('where the budget of a page is spent, texts are one removed and one added', () => {
  const words = (from: number) => Array.from({ length: 2_000 }, (_, at) => `w${at * 7 + from}`).join(' ');
  const small = (budget = openWordBudget()) =>
    diffWordsOf('There are 457 films.', 'There are 12 films.', budget);
  const budget = openWordBudget();
  expect(small(budget)).toHaveLength(4);
  let texts = 0;
  while (budget.left > 0 && texts < 100) {
    diffWordsOf(words(0), words(texts++), budget);
  }
  expect(texts).toBeGreaterThan(1);
  expect(texts).toBeLessThan(30);
  expect(small(budget).map(({ mark }) => mark)).toEqual(['removed', 'added']);
  expect(small(noWords)).toEqual(small(budget));
  expect(small()).toHaveLength(4);
});
