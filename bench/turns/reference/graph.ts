import { MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, createMiddleware, trimMessages } from 'langchain';
import type pg from 'pg';
import { createHandoffTool, createSearchTool, createSqlTool } from './tools.ts';

/**
 * The desk as LangChain's documentation builds it: an agent a role, each a subgraph of a parent graph that shares its messages, tools
 * that hand over with a command to the parent, and the official saver. `window`: how many messages agents are shown at most.
 */
export async function openGraph(pool: pg.Pool, window: number | undefined) {
  const checkpointer = new PostgresSaver(pool);
  await checkpointer.setup();
  const model = new ChatOpenAI({ model: 'scripted', streaming: true });
  const middleware = window === undefined ? [] : [showLast(window)];
  const search = createAgent({
    name: 'search',
    model,
    tools: [
      createSearchTool(pool),
      createHandoffTool('sql', 'Films were found, and something has to be counted.'),
    ],
    systemPrompt:
      'You find films in the catalogue of a rental shop by what they are about. Then hand over to sql, which counts.',
    middleware,
  });
  const sql = createAgent({
    name: 'sql',
    model,
    tools: [createSqlTool(pool), createHandoffTool('answer', 'The rows that answer the question are there.')],
    systemPrompt: 'You answer what has to be counted, with one select. Then hand over to answer.',
    middleware,
  });
  const answer = createAgent({
    name: 'answer',
    model,
    tools: [],
    systemPrompt:
      'You write the answer that the user reads, from the films that were found and the rows that were counted.',
    middleware,
  });
  return new StateGraph(MessagesAnnotation)
    .addNode('search', search.graph, { ends: ['sql'] })
    .addNode('sql', sql.graph, { ends: ['answer'] })
    .addNode('answer', answer.graph)
    .addEdge(START, 'search')
    .compile({ checkpointer });
}

/** The model is shown the end of the conversation, from one of the user's messages on. */
function showLast(window: number) {
  return createMiddleware({
    name: 'ShowLast',
    wrapModelCall: async (request, handler) => {
      const messages = await trimMessages(request.messages, {
        maxTokens: window,
        tokenCounter: (counted) => counted.length,
        strategy: 'last',
        startOn: 'human',
      });
      return handler({ ...request, messages });
    },
  });
}
