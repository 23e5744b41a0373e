import type { EvalReport } from '../../../src/eval/comparison.ts';

/** The suite of such a report. */
export const smallSuite = 'small';

/** A report of evals with one case, whose texts all hold `text`. */
export function smallReport(runId: string, text: string, graph = 'desk'): EvalReport {
  const startedAt = '2026-03-02T09:30:00.000Z';
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  const measures = {
    milliseconds: 5,
    firstTokenMs: 2,
    tokens: 2,
    usage,
    dollars: null,
    modelCalls: 1,
    hops: 0,
  };
  const turn = {
    user: text,
    path: ['triage'],
    hops: [],
    calls: [],
    answer: text,
    metadata: {},
    passages: [],
    repairs: {},
    guards: [],
    waits: [],
    measures,
  };
  return {
    runId,
    profile: 'offline',
    startedAt,
    endedAt: startedAt,
    runs: [
      {
        format: 1,
        runId,
        suite: smallSuite,
        description: text,
        graph,
        version: 'c81f2ab90d34',
        files: { 'agents/triage.md': text },
        profile: 'offline',
        models: { fast: 'offline' },
        deterministic: true,
        leastEffect: 0.02,
        revision: null,
        startedAt,
        endedAt: startedAt,
        repeats: 1,
        cases: [
          {
            id: 'one',
            hash: '0123456789abcdef',
            tags: [],
            gate: false,
            asks: [text],
            attempts: [
              {
                repeat: 0,
                outcome: 'failed',
                scores: [[{ scorer: 'facts', value: 0, passed: false, why: text }]],
                transcript: { turns: [turn] },
              },
            ],
          },
        ],
        interrupted: false,
      },
    ],
    comparisons: [],
    notes: [{ suite: smallSuite, kind: 'note', text }],
    exitCode: 3,
  };
}
