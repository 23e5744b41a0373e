import { questionOf } from './conversation.ts';
import { readData } from './read-data.ts';

/** A service as clients see it: where a turn is posted, and what its stream says. */
export interface Subject {
  name: 'baton' | 'reference';
  url: string;
  pid: number;
  key: string;
  turn(thread: string, number: number): { path: string; body: object };
  /** What the agent `answer` said, from a whole stream. */
  answerIn(stream: string): string;
}

type Where = Pick<Subject, 'url' | 'pid' | 'key'>;

export function batonAt(where: Where, graph = 'desk'): Subject {
  return {
    name: 'baton',
    ...where,
    turn: (thread, number) => ({
      path: `/threads/${thread}/runs/stream`,
      body: {
        assistant_id: graph,
        input: { messages: [{ role: 'user', content: questionOf(number) }] },
        stream_mode: ['messages-tuple'],
        if_not_exists: 'create',
      },
    }),
    answerIn: (stream) =>
      readData<[Piece, { langgraph_node: string }]>(stream, 'messages')
        .filter(
          ([piece, { langgraph_node: node }]) => isText(piece) && (node === 'answer' || node === 'guide'),
        )
        .map(([{ content }]) => content)
        .join(''),
  };
}

interface Piece {
  type: string;
  content: string;
}

function isText({ type, content }: Piece): boolean {
  return /^ai/i.test(type) && typeof content === 'string';
}

export function referenceAt(where: Where): Subject {
  return {
    name: 'reference',
    ...where,
    turn: (thread, number) => ({ path: `/threads/${thread}/turns`, body: { message: questionOf(number) } }),
    answerIn: (stream) =>
      readData<{ agent: string; text: string }>(stream, 'token')
        .filter(({ agent }) => agent === 'answer')
        .map(({ text }) => text)
        .join(''),
  };
}
