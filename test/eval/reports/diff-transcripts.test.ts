import { expect, test } from 'vitest';
import { fromBaselineCase, toBaselineCase } from '../../../src/eval/comparing/baseline-case.ts';
import { diffTranscripts, type StepDiff } from '../../../src/eval/reports/diff-transcripts.ts';
import { diffWordsOf } from '../../../src/eval/reports/diff-words.ts';
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
