import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import type { Kysely, KyselyPlugin } from 'kysely';
import type { KyselySaver } from '../../src/checkpoint/kysely-saver.ts';
import type { Schema } from '../../src/db/schema.ts';
import type { Message } from '../../src/message.ts';

/** The same database, and the number of statements that went through it since it was last asked. */
export function countStatements(db: Kysely<Schema>): { db: Kysely<Schema>; count: () => number } {
  let statements = 0;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      statements++;
      return result;
    },
  };
  const count = () => {
    const counted = statements;
    statements = 0;
    return counted;
  };
  return { db: db.withPlugin(plugin), count };
}

export const ChatState = Annotation.Root({
  messages: Annotation<Message[]>({ reducer: (left, right) => left.concat(right), default: () => [] }),
  agent: Annotation<string>,
});

export function human(id: string, content = `question ${id}`): Message {
  return { type: 'human', id, content };
}

export function ai(id: string, content = `answer ${id}`): Message {
  return { type: 'ai', id, content, name: 'answer', tool_calls: [] };
}

/** A graph of one agent, which answers the last message. */
export function makeChat(checkpointer: KyselySaver, { interruptBefore = [] as 'answer'[] } = {}) {
  return new StateGraph(ChatState)
    .addNode('answer', ({ messages }) => ({
      messages: [ai(`${messages.at(-1)?.id}-reply`)],
      agent: `agent-${messages.length}`,
    }))
    .addEdge(START, 'answer')
    .addEdge('answer', END)
    .compile({ checkpointer, interruptBefore });
}

export function on(thread_id: string, checkpoint_id?: string) {
  return { configurable: { thread_id, ...(checkpoint_id && { checkpoint_id }) } };
}

export function idsOf(state: { messages?: Message[] }): string[] {
  return (state.messages ?? []).map((message) => message.id);
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
