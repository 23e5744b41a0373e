import type {
  CaseChange,
  Change,
  Comparison,
  EvalReport,
  FileChange,
  Side,
} from '../../../src/eval/comparison.ts';
import type { Score } from '../../../src/eval/score.ts';
import { wilson } from '../../../src/eval/statistics/wilson.ts';
import type { CaseRun, SuiteRun } from '../../../src/eval/suite-run.ts';
import type { Hop, SeenCall, TurnTranscript } from '../../../src/eval/transcript.ts';

export interface ReportOptions {
  /** Cases of each of the three suites. */
  cases?: number;
  /** Whether counting questions are sent to search since the baseline. */
  broken?: boolean;
  /** Whether there is anything to compare with. */
  baseline?: boolean;
  /** A text that every answer ends with. */
  answer?: string;
}

const runId = '01937e1c-5a2b-7c3d-8e4f-5a6b7c8d9e0f';
const startedAt = '2026-03-02T09:30:00.000Z';

/** A report such as `baton eval` makes, with the same figures every time. */
export function makeReport({
  cases = 24,
  broken = true,
  baseline = true,
  answer = '',
}: ReportOptions = {}): EvalReport {
  const suites = ['films-routing', 'films-search', 'support'].map((suite, at) => {
    const before = makeRun(suite, cases, { broken: false, answer: '', seed: at });
    const after = makeRun(suite, cases, { broken, answer, seed: at });
    return { before, after, comparison: compare(before, after) };
  });
  const comparisons = baseline ? suites.map(({ comparison }) => comparison) : [];
  const regressed = comparisons.some(({ verdict }) => verdict === 'regression');
  return {
    runId,
    profile: 'offline',
    startedAt,
    endedAt: '2026-03-02T09:30:48.200Z',
    runs: suites.map(({ after }) => after),
    comparisons,
    notes: [
      ...(baseline
        ? []
        : suites.map(({ after }) => ({
            suite: after.suite,
            kind: 'no-baseline' as const,
            text: `There is no baseline of ${after.suite} yet: \`baton eval bless ${after.suite}\` makes this run one.`,
          }))),
      { suite: 'banking', kind: 'skipped', text: 'The folder ../shared/data/intents_banking77 is not here.' },
    ],
    exitCode: regressed ? 1 : baseline ? 0 : 3,
  };
}

interface RunOptions {
  broken: boolean;
  answer: string;
  seed: number;
}

export function makeRun(suite: string, count: number, { broken, answer, seed }: RunOptions): SuiteRun {
  const graph = suite.startsWith('films') ? 'films' : 'support';
  return {
    format: 1,
    runId,
    suite,
    description: `What people ask, and who has to answer: ${suite}.`,
    graph,
    version: broken ? 'c81f2ab90d34' : '9b7e44d01c6a',
    files: {
      'agents/triage.md': broken ? brokenTriage : soundTriage,
      [`graphs/${graph}.yaml`]: 'start: triage\nagents: [triage, search, sql, answer]\n',
    },
    profile: 'offline',
    models: { fast: 'offline:plan', careful: 'offline:plan', embed: 'local:embedder' },
    deterministic: true,
    leastEffect: 0.02,
    revision: broken ? 'fabe1cd+' : '4fa7964',
    startedAt,
    endedAt: '2026-03-02T09:30:16.000Z',
    repeats: 1,
    cases: Array.from({ length: count }, (_, at) => makeCase(suite, at, { broken, answer, seed })),
    interrupted: false,
  };
}

const topics = ['a shark', 'a lonely robot', 'cooks at war', 'a lost letter', 'the moon', 'two sisters'];
const counted = ['films', 'customers', 'rentals', 'actors', 'stores', 'payments'];
const places = ['2 hours', 'April', 'Lethbridge', 'the Horror category', 'PG-13', 'staff member 1'];

function makeCase(suite: string, at: number, { broken, answer, seed }: RunOptions): CaseRun {
  const counting = suite === 'films-routing' && at % 3 === 0;
  const expected = counting ? 'sql' : suite === 'support' ? 'orders' : 'search';
  const taken = counting && broken ? 'search' : expected;
  const failed = (at * 7 + seed * 3) % 11 === 3;
  const errored = (at * 7 + seed * 3) % 55 === 10;
  const ask = askOf(suite, counting, at);
  return {
    id: `${counting ? 'count' : 'find'}-${at}`,
    hash: (at + 4096 * (seed + 1)).toString(16).padStart(16, '0'),
    tags: [counting ? 'counting' : 'finding', ...(at % 4 === 0 ? ['short'] : [])],
    gate: counting && at % 9 === 0,
    asks: [ask],
    attempts: [
      {
        repeat: 0,
        outcome: errored ? 'errored' : failed || taken !== expected ? 'failed' : 'passed',
        scores: errored ? [] : [scoresOf({ expected, taken, failed })],
        transcript: { turns: [turnOf({ ask, taken, at, answer })] },
        ...(errored ? { error: 'The model did not answer within 30 s.' } : {}),
      },
    ],
  };
}

function askOf(suite: string, counting: boolean, at: number): string {
  const [topic, what, where] = [topics, counted, places].map((words, nth) => words[(at + nth) % 6] ?? '');
  if (counting) return `How many ${what} are there for ${where}?`;
  return suite === 'support'
    ? `My order of a film about ${topic} never came. What now?`
    : `Can you recommend a film about ${topic}?`;
}

function scoresOf({
  expected,
  taken,
  failed,
}: {
  expected: string;
  taken: string;
  failed: boolean;
}): Score[] {
  const right = expected === taken;
  return [
    {
      scorer: 'routing',
      value: right ? 1 : 0,
      passed: right,
      ...(right ? {} : { why: `It is for ${expected}, and ${taken} took it.` }),
      details: { expected: [expected], taken },
    },
    {
      scorer: 'facts',
      value: failed || !right ? 0 : 1,
      passed: !failed && right,
      ...(failed || !right ? { why: 'The answer does not say 457.' } : {}),
    },
    { scorer: 'judge:tone', value: null, passed: true, why: 'No model here understands language.' },
  ];
}

interface TurnOptions {
  ask: string;
  taken: string;
  at: number;
  answer: string;
}

function turnOf({ ask, taken, at, answer }: TurnOptions): TurnTranscript {
  const hops: Hop[] = [
    { from: 'triage', to: taken, brief: { question: ask } },
    {
      from: taken,
      to: 'answer',
      brief: { findings: taken === 'sql' ? '457 rows were counted.' : 'Three films.' },
    },
  ];
  const call: SeenCall =
    taken === 'sql'
      ? {
          agent: 'sql',
          name: 'run_sql',
          args: { sql: 'select count(*) from film where length > 120' },
          result: 'count\n457',
          failed: false,
          milliseconds: 12,
        }
      : {
          agent: taken,
          name: 'search_films',
          args: { query: ask, limit: 3 },
          result:
            'JAWS OF THE DEEP (2006), PG: A thoughtful tale of a shark and a cook.\nLOST LETTER (2006), R.',
          failed: false,
          milliseconds: 31,
        };
  const said =
    taken === 'sql' ? 'There are 457 of them.' : 'You could watch “Jaws of the Deep” or “Lost Letter”.';
  const milliseconds = 180 + ((at * 53) % 290) + (at % 17 === 0 ? 900 : 0);
  return {
    user: ask,
    path: ['triage', taken, 'answer'],
    hops,
    calls: [call],
    answer: `${said}${answer}`,
    metadata: {},
    passages: [],
    repairs: {},
    guards: [],
    waits: [],
    measures: {
      milliseconds,
      firstTokenMs: Math.round(milliseconds * 0.7),
      tokens: 640 + at,
      usage: { input_tokens: 600, output_tokens: 40 + at, total_tokens: 640 + at, estimated: true },
      dollars: 0.000_21,
      modelCalls: 3,
      hops: hops.length,
    },
  };
}

function compare(before: SuiteRun, after: SuiteRun): Comparison {
  const files = changeOf(before, after);
  const changes = after.cases.flatMap((now, at) => changeOfCase(before.cases[at], now, files));
  const lost = changes.filter((change) => change.after < (change.before ?? 0));
  const won = changes.filter((change) => change.after > (change.before ?? 0));
  const same = after.cases.length;
  const [was, is] = [sideOf('baseline', before), sideOf('now', after)];
  return {
    suite: after.suite,
    verdict: lost.length > 0 ? 'regression' : 'pass',
    reasons:
      lost.length > 0
        ? [`${lost.length} cases that passed before fail now, on models that always answer alike.`]
        : [],
    before: was,
    after: is,
    passing: changeOfMeans(was.rate.passed / same, is.rate.passed / same, won.length - lost.length),
    metrics: [
      { name: 'milliseconds', direction: 'lower', ...changeOfMeans(310, 312.4, 0) },
      { name: 'tokens', direction: 'lower', ...changeOfMeans(700, 655, 1) },
      { name: 'routing', direction: 'higher', ...changeOfMeans(1, 1 - lost.length / same, -lost.length) },
    ],
    lost: lost.toSorted((one, other) => Number(other.gate) - Number(one.gate)),
    won,
    gates: changes.filter(({ gate, after }) => gate && after === 0),
    cases: { same, changed: [], added: [], removed: [] },
    files,
  };
}

function changeOfCase(was: CaseRun | undefined, now: CaseRun, files: FileChange[]): CaseChange[] {
  const [old, attempt] = [was?.attempts[0], now.attempts[0]];
  if (!old || !attempt || attempt.outcome === 'errored' || old.outcome === 'errored') return [];
  const moved = old.transcript.turns[0]?.path[1] !== attempt.transcript.turns[0]?.path[1];
  const { id, tags, gate, asks } = now;
  return [
    {
      id,
      tags,
      gate,
      asks,
      before: old.outcome === 'passed' ? 1 : 0,
      after: attempt.outcome === 'passed' ? 1 : 0,
      beforeAttempt: old,
      afterAttempt: attempt,
      ...(moved ? { hop: { turn: 0, at: 0, from: 'triage', before: 'sql', after: 'search' } } : {}),
      suspects: files.map(({ file }) => file),
    },
  ];
}

function changeOf(before: SuiteRun, after: SuiteRun): FileChange[] {
  if (before.version === after.version) return [];
  return [
    {
      file: 'agents/triage.md',
      removed: ['Questions that ask how many, how much, which most or least, or when go to sql.'],
      added: ['Questions that ask how many, how much, which most or least, or when go to search.'],
    },
  ];
}

function changeOfMeans(before: number, after: number, direction: number): Change {
  const mean = after - before;
  const difference = { mean, low: mean - 0.04, high: mean + 0.04, chance: direction === 0 ? 0.8 : 0.004 };
  return {
    before,
    after,
    difference,
    adjusted: difference.chance,
    method: 'mcnemar',
    worse: direction < 0,
    better: direction > 0,
  };
}

function sideOf(label: string, run: SuiteRun): Side {
  const outcomes = run.cases.map(({ attempts }) => attempts[0]?.outcome);
  const passed = outcomes.filter((outcome) => outcome === 'passed').length;
  const errored = outcomes.filter((outcome) => outcome === 'errored').length;
  const counted = outcomes.length - errored;
  const rate = { passed, count: counted, ...wilson(passed, counted) };
  return { label, version: run.version, revision: run.revision, rate, errored, stale: 0 };
}

const soundTriage = `---
model: fast
---
You take every question that reaches the desk of a film rental shop, and you answer none of them yourself.

Questions about what a film is about go to search.

Questions that ask how many, how much, which most or least,
or when go to sql.
`;

const brokenTriage = soundTriage.replace('or when go to sql', 'or when go to search');
