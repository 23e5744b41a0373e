import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { compareSuites } from '../../../src/eval/comparing/compare-runs.ts';
import type { CaseRun, Outcome, SuiteRun } from '../../../src/eval/suite-run.ts';
import { attemptOf, caseOf, runOf } from './made-run.ts';

function compare(before: SuiteRun, after: SuiteRun, otherModels = false, resamples = 2_000) {
  const [comparison] = compareSuites(
    [{ before: { label: 'before', run: before }, after: { label: 'after', run: after } }],
    { otherModels, resamples },
  );
  if (!comparison) throw new Error('One pair gives one comparison.');
  return comparison;
}

/** `passing` cases that pass, and after them others that fail. */
function cases(passing: number, failing: number): CaseRun[] {
  return Array.from({ length: passing + failing }, (_, at) =>
    caseOf(`case-${at}`, [at < passing ? 'passed' : 'failed']),
  );
}

describe('between two runs of a model that may say otherwise the next time', () => {
  test('the same outcomes are no regression', () => {
    const run = runOf(cases(30, 10));
    expect(compare(run, run)).toMatchObject({ verdict: 'pass', reasons: [], lost: [], won: [] });
  });

  test('one case that is lost is a chance, and is shown', () => {
    const comparison = compare(runOf(cases(30, 10)), runOf(cases(29, 11)));
    expect(comparison.verdict).toBe('pass');
    expect(comparison.lost.map(({ id }) => id)).toEqual(['case-29']);
    expect(comparison.passing).toMatchObject({ method: 'mcnemar', worse: false, adjusted: 1 });
  });

  test('ten of forty that are lost are a regression', () => {
    const comparison = compare(runOf(cases(40, 0)), runOf(cases(30, 10)), false, 10_000);
    expect(comparison.verdict).toBe('regression');
    expect(comparison.passing?.adjusted).toBeCloseTo(2 * 0.5 ** 10, 12);
    expect(comparison.passing?.difference.high).toBeLessThan(0);
    expect(comparison.reasons[0]).toBe(
      '75.0 % of the cases pass instead of 100.0 %: -25.0 points (95 %: -40.0 to -12.5; p = 0.0020).',
    );
  });

  test('what is certain and too small to matter is none', () => {
    const before = runOf(cases(2_000, 0), { leastEffect: 0.02 });
    const after = runOf(cases(1_980, 20));
    expect(compare(before, after).passing).toMatchObject({ worse: false });
    expect(compare(before, { ...after, leastEffect: 0.01 }).verdict).toBe('regression');
  });

  test('a gain is better and no regression', () => {
    const comparison = compare(runOf(cases(30, 10)), runOf(cases(40, 0)));
    expect(comparison).toMatchObject({ verdict: 'pass', passing: { better: true, worse: false } });
    expect(comparison.won).toHaveLength(10);
  });

  test('repeats of a case are one case: five times the attempts see no more', () => {
    const repeated = (passing: number) =>
      runOf(
        cases(passing, 20 - passing).map(({ id, attempts }) =>
          caseOf(
            id,
            Array.from({ length: 5 }, (): Outcome => attempts[0]?.outcome ?? 'failed'),
          ),
        ),
      );
    const comparison = compare(repeated(20), repeated(16));
    expect(comparison.passing).toMatchObject({ method: 'bootstrap', worse: false });
    expect(comparison.passing?.difference.chance).toBeCloseTo(2 * 0.5 ** 4, 12);
    expect(comparison.after.rate).toMatchObject({ passed: 16, count: 20 });
  });

  test('of several suites that were compared together, Holm’s correction holds', () => {
    const pair = (lost: number, suite: string) => ({
      before: { label: 'before', run: runOf(cases(40, 0), { suite }) },
      after: { label: 'after', run: runOf(cases(40 - lost, lost), { suite }) },
    });
    const alone = compareSuites([pair(6, 'one')]);
    expect(alone[0]).toMatchObject({ verdict: 'regression' });
    const together = compareSuites([pair(6, 'one'), pair(0, 'two'), pair(0, 'three')]);
    expect(together[0]?.passing?.adjusted).toBeCloseTo(3 * 2 * 0.5 ** 6, 12);
    expect(together.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'pass', 'pass']);
  });
});

describe('what is worse for certain', () => {
  test('a case that passed fails where both runs are deterministic', () => {
    const offline = { deterministic: true };
    const comparison = compare(runOf(cases(30, 10), offline), runOf(cases(29, 11), offline));
    expect(comparison.verdict).toBe('regression');
    expect(comparison.reasons[0]).toBe('1 case passed before and fails now: case-29.');
  });

  test('a gate that fails, whether or not it passed before', () => {
    const gate = (outcome: Outcome) => runOf([...cases(30, 0), caseOf('no-leak', [outcome], { gate: true })]);
    expect(compare(gate('passed'), gate('failed'))).toMatchObject({
      verdict: 'regression',
      reasons: ['1 gate closed: no-leak.'],
    });
    expect(compare(gate('failed'), gate('failed')).verdict).toBe('regression');
    expect(compare(gate('failed'), gate('passed')).verdict).toBe('pass');
  });

  test('a gate fails with one of its repeats', () => {
    const after = runOf([caseOf('no-leak', ['passed', 'passed', 'failed'], { gate: true })]);
    expect(
      compare(runOf([caseOf('no-leak', ['passed', 'passed', 'passed'], { gate: true })]), after).gates,
    ).toMatchObject([{ id: 'no-leak', afterAttempt: { outcome: 'failed', repeat: 2 } }]);
  });

  test('it outweighs what cannot be known', () => {
    const before = runOf([...cases(30, 0)], { deterministic: true });
    const after = runOf([...cases(29, 1), caseOf('new', ['passed'])], { deterministic: true });
    const { verdict, reasons } = compare(before, after);
    expect(verdict).toBe('regression');
    expect(reasons).toEqual(['1 case passed before and fails now: case-29.', '1 case new: new.']);
  });
});

describe('what cannot be known', () => {
  const before = runOf(cases(20, 0));
  const hash = 'fedcba9876543210';
  const [first, ...rest] = before.cases as [CaseRun, ...CaseRun[]];
  const late = (outcome: Outcome) => runOf([caseOf('case-0', [outcome]), ...rest]);

  test.each([
    [
      'a case that asks something else now',
      runOf([{ ...first, hash }, ...rest]),
      '1 case asks or expects something else than before: case-0.',
    ],
    ['a new case', runOf([...before.cases, caseOf('more', ['passed'])]), '1 case new: more.'],
    ['a case that is gone', runOf(rest), '1 case gone: case-0.'],
    ['a reply that was not recorded', late('stale'), '1 attempt found no recorded reply: record them anew.'],
    ['a run that was interrupted', runOf(before.cases, { interrupted: true }), 'A run was interrupted.'],
    [
      'many attempts that came to nothing',
      runOf([
        caseOf('case-0', ['errored']),
        caseOf('case-1', ['errored']),
        caseOf('case-2', ['errored']),
        ...before.cases.slice(3),
      ]),
      '3 of 20 attempts came to nothing by no fault of the cases.',
    ],
    [
      'other models',
      runOf(before.cases, { models: { fast: 'openai:other', careful: 'openai:large' } }),
      'Other models played: fast openai:small, careful openai:large before, fast openai:other, careful openai:large now.',
    ],
  ])('%s is inconclusive', (_, after, reason) => {
    expect(compare(before, after)).toMatchObject({ verdict: 'inconclusive', reasons: [reason] });
  });

  test('one attempt of twenty that came to nothing is left aside, and is no score', () => {
    const comparison = compare(before, late('errored'));
    expect(comparison).toMatchObject({
      verdict: 'pass',
      after: { errored: 1, rate: { passed: 19, count: 19 } },
    });
  });

  test('the older side may be what came to nothing: a failing new side is no pass', () => {
    const nothing = (outcome: Outcome) =>
      runOf(Array.from({ length: 20 }, (_, at) => caseOf(`case-${at}`, [outcome])));
    expect(compare(nothing('errored'), runOf(cases(0, 20)))).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['20 of 20 attempts before came to nothing by no fault of the cases.'],
    });
    expect(compare(nothing('stale'), runOf(cases(0, 20))).reasons).toEqual([
      '20 attempts before found no recorded reply: record them anew.',
    ]);
  });

  test('where every run is the same, a case that passed and could not be tried now', () => {
    const offline = { deterministic: true };
    const after = runOf([caseOf('case-0', ['errored']), ...cases(20, 0).slice(1)], offline);
    expect(compare(runOf(cases(20, 0), offline), after)).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['1 case could not be tried: case-0.'],
    });
  });

  test('a loss of all of five cases, which are too few for the test', () => {
    const comparison = compare(runOf(cases(5, 0)), runOf(cases(0, 5)), false, 10_000);
    expect(comparison.verdict).toBe('inconclusive');
    expect(comparison.reasons).toEqual([
      '0.0 % of the cases pass instead of 100.0 %: -100.0 points (95 %: -100.0 to -100.0; p = 0.063). The cases are too few to call it a regression.',
    ]);
  });

  test('another graph, unless that is what is compared', () => {
    const other = runOf(before.cases, { graph: 'films-terse' });
    expect(compare(before, other)).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['Another graph was asked: films before, films-terse now.'],
    });
    expect(compare(before, other, true).verdict).toBe('pass');
  });

  test('a gate that could not be tried is not open', () => {
    const gate = (outcome: Outcome) => runOf([...cases(20, 0), caseOf('no-leak', [outcome], { gate: true })]);
    expect(compare(gate('passed'), gate('errored'))).toMatchObject({
      verdict: 'inconclusive',
      reasons: ['1 gate could not be tried: no-leak.'],
    });
  });

  test('other models are what is compared where somebody asks for that', () => {
    const after = runOf(before.cases, { models: { fast: 'openai:other' } });
    expect(compare(before, after, true).verdict).toBe('pass');
  });
});

describe('where a case went elsewhere', () => {
  const attempts = (outcome: Outcome, path: string[]) => [attemptOf(outcome, 0, { path })];
  const before = runOf([caseOf('count', [], { attempts: attempts('passed', ['triage', 'sql', 'answer']) })], {
    repeats: 1,
    deterministic: true,
    files: {
      'agents/answer.md': 'Write it down.',
      'agents/triage.md': 'Counts go to sql. The rest goes to search.',
      'graphs/films.yaml': 'start: triage\n',
    },
  });
  const after = runOf(
    [caseOf('count', [], { attempts: attempts('failed', ['triage', 'search', 'answer']) })],
    {
      repeats: 1,
      deterministic: true,
      files: {
        'agents/answer.md': 'Write it down well.',
        'agents/triage.md': 'Counts go to search. The rest goes to search.',
        'graphs/films.yaml': 'start: triage\n',
      },
    },
  );

  test('the hop, the sentence, and the likeliest file first', () => {
    const { lost, files } = compare(before, after);
    expect(lost).toMatchObject([
      {
        id: 'count',
        before: 1,
        after: 0,
        hop: { turn: 0, at: 1, from: 'triage', before: 'sql', after: 'search' },
        suspects: ['agents/triage.md', 'agents/answer.md'],
      },
    ]);
    expect(files).toContainEqual({
      file: 'agents/triage.md',
      removed: ['Counts go to sql.'],
      added: ['Counts go to search.'],
    });
  });
});

describe('two runs of the same', () => {
  /** The share of comparisons of a suite with itself that find a regression, cases passing with a chance of their own each. */
  function falseAlarms({
    count,
    repeats,
    trials,
  }: {
    count: number;
    repeats: number;
    trials: number;
  }): number {
    const random = xoroshiro128plus(20_261_121);
    const draw = () => uniformFloat64(random);
    let alarms = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const chances = Array.from({ length: count }, () => 0.2 + 0.8 * draw());
      const run = () =>
        runOf(
          chances.map((chance, at) =>
            caseOf(
              `case-${at}`,
              Array.from({ length: repeats }, (): Outcome => (draw() < chance ? 'passed' : 'failed')),
            ),
          ),
        );
      if (compare(run(), run(), false, 400).verdict === 'regression') alarms += 1;
    }
    return alarms / trials;
  }

  test.each([
    { count: 20, repeats: 1, trials: 300 },
    { count: 60, repeats: 1, trials: 300 },
    { count: 20, repeats: 5, trials: 200 },
    { count: 60, repeats: 3, trials: 200 },
  ])(
    'raise a false alarm less than 7 times in a hundred: $count cases, $repeats repeats',
    (suite) => {
      const share = falseAlarms(suite);
      process.stdout.write(
        `A/A, ${suite.count} cases × ${suite.repeats}: ${(share * 100).toFixed(1)} % false alarms\n`,
      );
      expect(share).toBeLessThan(0.07);
    },
    120_000,
  );
});
