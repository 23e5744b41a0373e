import type { Expectation } from '../../../src/eval/expectation.ts';
import type { Subject } from '../../../src/eval/running/subject.ts';
import type { Seen } from '../../../src/eval/score.ts';
import type { Case } from '../../../src/eval/suite.ts';
import type { SeenCall, SeenPassage, TurnTranscript } from '../../../src/eval/transcript.ts';
import type { JsonObject } from '../../../src/message.ts';

/** A turn with what a test says of it, and nothing else. */
export function turnOf(turn: Partial<TurnTranscript>): TurnTranscript {
  return {
    user: '',
    path: [],
    hops: [],
    calls: [],
    answer: '',
    metadata: {},
    passages: [],
    repairs: {},
    guards: [],
    waits: [],
    measures: {
      milliseconds: 100,
      firstTokenMs: null,
      tokens: 10,
      usage: { input_tokens: 8, output_tokens: 2, total_tokens: 10 },
      dollars: null,
      modelCalls: 1,
      hops: 0,
    },
    ...turn,
  };
}

export function callOf(name: string, args: JsonObject = {}, more: Partial<SeenCall> = {}): SeenCall {
  return { agent: 'sql', name, args, result: '', failed: false, milliseconds: 1, ...more };
}

export function passageOf(id: string, document: string, text = ''): SeenPassage {
  return { id, document, text };
}

export interface SeenOptions {
  expect?: Expectation;
  /** Turns before it. */
  before?: Partial<TurnTranscript>[];
  decline?: string;
}

/** What a scorer is shown of a turn, of a case whose graph declines in the given words. */
export function seenOf(
  turn: Partial<TurnTranscript>,
  { expect = {}, before = [], decline }: SeenOptions = {},
): Seen {
  const turns = [...before, turn].map(turnOf);
  const asked: Case = {
    id: 'a-case',
    history: [],
    turns: turns.map(({ user }) => ({ ask: user, expect })),
    tags: [],
    gate: false,
    graph: 'films',
    configurable: {},
    hash: '0123456789abcdef',
    source: { file: 'evals/test.yaml', line: 1 },
  };
  return {
    case: asked,
    at: before.length,
    turn: turnOf(turn),
    transcript: { turns },
    subject: subjectOf(decline),
    signal: new AbortController().signal,
  };
}

/** A subject of which only the graph's own words for declining are asked. */
function subjectOf(decline: string | undefined): Subject {
  const graph = decline === undefined ? {} : { citations: { check: 'words', decline } };
  return { context: { graphs: { get: () => ({ graph }) } } } as unknown as Subject; // scorers of texts ask for no more
}
