import { answerTokens, filmQuery, numberIn, statementOf, sumIn } from './conversation.ts';

/** A message of the request, as OpenAI's wire has it. */
export interface WireMessage {
  role: string;
  content?: unknown;
  tool_calls?: { id: string; function: { name: string } }[];
  tool_call_id?: string;
}

/** What the model says: tokens, or one call. `number` is that of the question. */
export type Reply = { number: number } & ({ tokens: string[] } | { call: string; args: object });

/**
 * The next reply of the conversation. An agent is known by its tools, and where it stands by what was called since the user spoke
 * last, so that it goes for every framework and for every turn of a thread.
 */
export function nextReply(messages: WireMessage[], tools: string[]): Reply {
  const asked = messages.findLastIndex(
    ({ role, content }) => role === 'user' && numberIn(textOf(content)) !== undefined,
  );
  const number = numberIn(textOf(messages[asked]?.content)) ?? 0;
  const turn = messages.slice(asked + 1);
  const next = (tool: string, args: object, then: string): Reply =>
    callOf(turn, tool) === undefined ? { number, call: tool, args } : { number, call: then, args: {} };
  if (tools.includes('search_films')) return next('search_films', { query: filmQuery }, 'transfer_to_sql');
  if (tools.includes('run_sql')) return next('run_sql', { sql: statementOf(number) }, 'transfer_to_answer');
  if (tools.includes('read_page')) return readPage(turn, number);
  const result = resultOf(turn, 'run_sql');
  return { number, tokens: answerTokens(sumIn(result, number) ?? `without a sum (${result.slice(0, 200)})`) };
}

function readPage(turn: WireMessage[], number: number): Reply {
  if (callOf(turn, 'read_page') === undefined) return { number, call: 'read_page', args: { page: 'keys' } };
  return { number, tokens: answerTokens(number) };
}

function callOf(turn: WireMessage[], tool: string): string | undefined {
  const calls = turn.flatMap(({ tool_calls = [] }) => tool_calls);
  return calls.findLast((call) => call.function.name === tool)?.id;
}

function resultOf(turn: WireMessage[], tool: string): string {
  const id = callOf(turn, tool);
  return textOf(turn.findLast((message) => id !== undefined && message.tool_call_id === id)?.content);
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(content ?? '');
}
