import type { Attempt, CaseRun, Outcome, SuiteRun } from '../../../src/eval/suite-run.ts';
import type { TurnTranscript } from '../../../src/eval/transcript.ts';

export function turnOf(more: Partial<TurnTranscript> = {}): TurnTranscript {
  return {
    user: 'How many?',
    path: ['triage', 'sql'],
    hops: [{ from: 'triage', to: 'sql', brief: {} }],
    calls: [],
    answer: 'Three.',
    metadata: {},
    passages: [],
    repairs: {},
    guards: [],
    waits: [],
    measures: {
      milliseconds: 10,
      firstTokenMs: 4,
      tokens: 20,
      usage: { input_tokens: 15, output_tokens: 5, total_tokens: 20 },
      dollars: 0.001,
      modelCalls: 2,
      hops: 1,
    },
    ...more,
  };
}

export function attemptOf(outcome: Outcome, repeat = 0, more: Partial<TurnTranscript> = {}): Attempt {
  const passed = outcome === 'passed';
  return {
    repeat,
    outcome,
    scores: [
      [{ scorer: 'path', value: passed ? 1 : 0, passed, ...(!passed && { why: 'It went elsewhere.' }) }],
    ],
    transcript: { turns: [turnOf(more)] },
  };
}

/** A case whose attempts came out so; `gate` and the rest as given. */
export function caseOf(id: string, outcomes: Outcome[], more: Partial<CaseRun> = {}): CaseRun {
  const attempts = outcomes.map((outcome, repeat) => attemptOf(outcome, repeat));
  return { id, hash: '0123456789abcdef', tags: [], gate: false, asks: ['How many?'], attempts, ...more };
}

export function runOf(cases: CaseRun[], more: Partial<SuiteRun> = {}): SuiteRun {
  return {
    format: 1,
    runId: '01890000-0000-7000-8000-000000000000',
    suite: 'films',
    description: '',
    graph: 'films',
    version: 'aaaa',
    files: {},
    profile: 'configured',
    models: { fast: 'openai:small', careful: 'openai:large' },
    deterministic: false,
    leastEffect: 0.02,
    revision: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:01:00.000Z',
    repeats: Math.max(1, ...cases.map(({ attempts }) => attempts.length)),
    cases,
    interrupted: false,
    ...more,
  };
}
