import type { AppContext } from '../../../src/app-context.ts';
import type { ExpectedJudgement } from '../../../src/eval/expectation.ts';
import type { Subject } from '../../../src/eval/running/subject.ts';
import type { Seen } from '../../../src/eval/score.ts';
import type { TurnTranscript } from '../../../src/eval/transcript.ts';
import type { ChatModel, ChatReply } from '../../../src/model/chat-model.ts';
import { call, say } from '../../support/scripted-model.ts';

export const tone: ExpectedJudgement = {
  name: 'tone',
  criteria: 'It is polite.',
  roles: ['careful'],
  atLeast: 0.7,
};

/** A judge's reply. */
export function verdict(score: number, reasoning = 'It says please.'): ChatReply {
  return call('give_score', { reasoning, score });
}

/** A reply in which a judge calls nothing. */
export const wordy = say('I would say it is rather good.');

export function turnOf(part: Partial<TurnTranscript> = {}): TurnTranscript {
  return {
    user: 'Where is order 7?',
    path: ['clerk'],
    hops: [],
    calls: [],
    answer: 'It is on its way.',
    metadata: {},
    passages: [],
    repairs: {},
    guards: [],
    waits: [],
    measures: {
      milliseconds: 1,
      firstTokenMs: 1,
      tokens: 1,
      usage: { input_tokens: 1, output_tokens: 0, total_tokens: 1 },
      dollars: null,
      modelCalls: 1,
      hops: 0,
    },
    ...part,
  };
}

/** An answer to be judged by models of any role but `offline`. */
export function seenOf(
  chat: ChatModel,
  turns: TurnTranscript[] = [turnOf()],
  more: Partial<Subject> = {},
): Seen {
  const context = { chat } as AppContext; // judges ask for nothing else
  return {
    case: {
      id: 'order',
      history: [],
      turns: turns.map(({ user }) => ({ ask: user, expect: {} })),
      tags: [],
      gate: false,
      graph: 'desk',
      configurable: {},
      hash: '0123456789abcdef',
      source: { file: 'evals/desk.yaml', line: 1 },
    },
    at: turns.length - 1,
    turn: turns.at(-1) ?? turnOf(),
    transcript: { turns },
    subject: {
      context,
      projectDir: '.',
      models: {},
      sandbox: (work) => work(context.database),
      canJudge: (role) => role !== 'offline',
      close: async () => undefined,
      ...more,
    },
    signal: new AbortController().signal,
  };
}

/** What makes LangChain and LangSmith trace. */
export const tracing = [
  'LANGSMITH_TRACING',
  'LANGSMITH_TRACING_V2',
  'LANGCHAIN_TRACING_V2',
  'LANGCHAIN_TRACING',
];
