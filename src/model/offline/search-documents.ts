import type { JsonObject } from '../../message.ts';
import type { ChatRequest, Example } from '../chat-model.ts';
import { questionField } from './find-task.ts';
import { isCiting } from './quote-passages.ts';
import type { Result } from './read-result.ts';
import { readTokens } from './tokens.ts';

/** Of an agent that has to cite documents: the example that searches for `{question}`, which will do for any that says something. */
export function searchForAnything(
  { agent, system, tools }: ChatRequest,
  question: string,
): Example | undefined {
  if (!isCiting(system) || telling(question) === '' || tools.length === 0) return undefined;
  return agent.examples.find(
    ({ calls }) =>
      calls?.length === 1 && calls.every(searchesForQuestion) && calls.every((call) => isThere(call, tools)),
  );
}

/** Where a search of documents brought nothing: the same once more, with the words alone that say something. */
export function searchAgain(
  own: Result[],
  { tools }: ChatRequest,
): { name: string; args: JsonObject } | undefined {
  const [only, ...others] = own;
  if (!only || others.length > 0 || only.passages?.length !== 0) return undefined;
  const [field, query] = Object.entries(only.args).find(([name]) => questionField.test(name)) ?? [];
  if (field === undefined || typeof query !== 'string' || !isThere({ [only.tool]: {} }, tools))
    return undefined;
  const other = telling(query);
  return other && other !== query ? { name: only.tool, args: { ...only.args, [field]: other } } : undefined;
}

/** A query that is the question, whole; a summary or a title that is one is for something else than a search. */
function searchesForQuestion(call: Record<string, JsonObject>): boolean {
  return Object.values(call).every((args) => {
    const filled = Object.entries(args).filter(([, value]) => JSON.stringify(value).includes('{'));
    return (
      filled.length === 1 &&
      filled.every(([name, value]) => questionField.test(name) && value === '{question}')
    );
  });
}

function isThere(call: Record<string, JsonObject>, tools: ChatRequest['tools']): boolean {
  return Object.keys(call).every((name) => tools.some((tool) => tool.name === name));
}

function telling(text: string): string {
  return readTokens(text)
    .filter(({ weight }) => weight === 1)
    .map(({ value }) => value)
    .join(' ');
}
