import { createHash } from 'node:crypto';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import type { Message } from '../../message.ts';
import type { AnswerCache } from '../graph-file.ts';
import type { Machine, SeatedGraph } from '../seat.ts';

/** A question that stands alone, and what its answer depends on besides. */
export interface Question {
  text: string;
  /** Of the words of the text: case and white space do not count. */
  hash: string;
  /** Of the graph, its agents, the models and what the caller said about the situation. */
  scope: string;
  cache: AnswerCache;
}

/** Longer ones are hardly asked twice. */
const mostCharacters = 2_000;

/**
 * The question of a turn whose answer may be kept or given again: in a graph that keeps answers, the first message of a thread, when it
 * is plain text. Whatever comes later in a thread may lean on what was said before.
 */
export function questionOf(
  { modelNames = '', embedder }: Machine,
  { graph, seats, guards }: SeatedGraph,
  messages: Message[],
  config: LangGraphRunnableConfig,
): Question | undefined {
  if (!graph.cache) return;
  const [asked, ...others] = messages;
  if (asked?.type !== 'human' || others.some(({ type }) => type === 'human')) return;
  if (typeof asked.content !== 'string' || asked.content.length > mostCharacters) return;
  const text = asked.content.normalize('NFKC').trim().replace(/\s+/g, ' ');
  if (!text) return;
  const files = [...seats.values()].map(({ agent }) => [agent.name, agent.text]).sort();
  const code = [...seats.values()].map(({ tools }) => tools.map(({ name }) => name));
  const names = guards.map(({ name }) => name);
  return {
    text,
    hash: digest(text.toLowerCase()),
    scope: digest([graph.name, graph.text, files, code, names, modelNames, embedder.model, saidBy(config)]),
    cache: graph.cache,
  };
}

/** What the caller told the tools, without the names of this one run. */
function saidBy({ configurable }: LangGraphRunnableConfig): unknown {
  const { context = {}, configurable: told = {} } = configurable?.caller ?? {};
  const { run_id: _run, thread_id: _thread, assistant_id: _assistant, graph_id: _graph, ...rest } = told;
  return [context, rest];
}

function digest(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
