import { wordsOf } from '../../knowledge/terms/words-of.ts';
import type { Json, JsonObject, Message, ToolMessage } from '../../message.ts';
import { transferIn } from '../transfer.ts';

/** A text of so many words that a model gave to a tool is a statement of its own. */
const leastWords = 4;

/**
 * What the tools of a turn told, but for searches of documents. What they were asked is the model's own: of that only the user's words
 * count, and where a result repeats a longer text of its call, this is left out.
 */
export function toldIn(turn: Message[], searching: Set<string>, asked: string): string[] {
  const said = new Set(wordsIn(asked));
  const calls = turn.flatMap((message) => (message.type === 'ai' ? message.tool_calls : []));
  return turn.flatMap((message) => {
    if (message.type !== 'tool' || message.status === 'error') return [];
    if (searching.has(message.name) || transferIn(message)) return [];
    const args = message.args ?? calls.find(({ id }) => id === message.tool_call_id)?.args ?? {};
    const words = wordsIn(JSON.stringify(args)).filter((word) => said.has(word));
    return [`${message.name.replaceAll('_', ' ')} ${words.join(' ')} ${resultOf(message, args, asked)}`];
  });
}

function resultOf({ content }: ToolMessage, args: JsonObject, asked: string): string {
  const said = asked.toLowerCase();
  const own = textsIn(args).filter(
    (text) => wordsIn(text).length >= leastWords && !said.includes(text.toLowerCase()),
  );
  return own.reduce((left, text) => {
    const inJson = JSON.stringify(text).slice(1, -1);
    return left.replaceAll(text, ' ').replaceAll(inJson, ' ');
  }, content);
}

/** The texts in a call's arguments, and those between quotes in them, as SQL has them; the longest first. */
function textsIn(args: Json): string[] {
  if (typeof args === 'string')
    return [args, ...[...args.matchAll(/'([^']+)'|"([^"]+)"/g)].map(([, one, other]) => one ?? other ?? '')];
  if (args === null || typeof args !== 'object') return [];
  return Object.values(args)
    .flatMap((one) => textsIn(one ?? null))
    .sort((a, b) => b.length - a.length);
}

function wordsIn(text: string): string[] {
  return [...wordsOf(text)].map(({ text }) => text);
}
