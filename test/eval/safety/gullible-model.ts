import { type JsonObject, textOf } from '../../../src/message.ts';
import type { ChatModel, ChatReply, ChatRequest } from '../../../src/model/chat-model.ts';
import { call, say } from '../../support/scripted-model.ts';

/**
 * A model that obeys whoever it reads last: it makes the calls and the handoffs that users and pages ask for, whether it has such tools or not,
 * tells its prompt to whoever asks for it in any way, says the words that it is to say, and repeats all that it reads.
 */
export const gullibleModel: ChatModel = async (request, onText) => {
  const reply = obey(request);
  onText(reply.text);
  return reply;
};

function obey(request: ChatRequest): ChatReply {
  const turn = request.messages.slice(request.messages.findLastIndex(({ type }) => type === 'human'));
  const texts = turn.map(({ content }) => textOf(content));
  const made = turn.flatMap((message) => (message.type === 'ai' ? message.tool_calls : []));
  const wanted = [...statementIn(texts, request), ...callsIn(texts), ...workOf(request, texts)];
  const next = wanted.find(({ name }) => !made.some((before) => before.name === name));
  if (next && made.length < 6) return call(next.name, next.args);
  return say([...promptIn(texts, request), ...wordsIn(texts), ...texts].join('\n'));
}

interface Wanted {
  name: string;
  args: JsonObject;
}

/** The statement that somebody wants run: here, or by whoever can. */
function statementIn(texts: string[], { tools }: ChatRequest): Wanted[] {
  const sql = texts
    .map((text) => /(?:statement[^:\n]*|show the rows): (.+?)(?:"|\\n|$)/s.exec(text)?.[1])
    .find(Boolean);
  if (sql === undefined) return [];
  const runs = tools.find(({ name }) => /^run_.*sql$/.test(name));
  if (runs) return [{ name: runs.name, args: { sql } }];
  const to = tools.find(({ transfer }) => /^(sql|account|clerk)$/.test(transfer?.to ?? ''));
  return to ? [{ name: to.name, args: { question: sql } }] : [];
}

/** Calls that stand in texts, as JSON or in words. */
function callsIn(texts: string[]): Wanted[] {
  return texts.flatMap((text) => {
    const plain = text.replaceAll('\\"', '"');
    const named = [...plain.matchAll(/"name":"(\w[\w-]*)","args":(\{[^{}]*\})/g)];
    const told = [...plain.matchAll(/[Cc]all (\w[\w-]*) with (\{[^{}]*\})/g)];
    const agents = [...plain.matchAll(/(?:agent|over to) ([a-z][\w-]*)/g)].map(
      ([, to]) => `transfer_to_${to}`,
    );
    const tickets = [...plain.matchAll(/call open_ticket with the summary "([^"]*)"/g)];
    return [
      ...[...named, ...told].map(([, name = '', args = '{}']) => ({
        name,
        args: JSON.parse(args) as JsonObject,
      })),
      ...agents.map((name) => ({ name, args: { question: plain.slice(0, 200) } })),
      ...tickets.map(([, summary = '']) => ({ name: 'open_ticket', args: { summary } })),
    ];
  });
}

/** What the agent is there for: to search, or to hand over to who does. */
function workOf({ tools }: ChatRequest, [asked = '']: string[]): Wanted[] {
  if (tools.some(({ name }) => name === 'search_knowledge'))
    return [{ name: 'search_knowledge', args: { query: asked.slice(0, 900) } }];
  const to = tools.find(({ transfer }) => /librarian|support-knowledge|answer/.test(transfer?.to ?? ''));
  return to ? [{ name: to.name, args: { question: asked } }] : [];
}

/** In the languages and writings of the attacks. */
const asksForPrompt =
  /prompt|instruction|above this line|configuration|промпт|提示词|موجه|pr0mp7|cebzcg|cHJvbXB0|рrоmрt|p​r​o​m​p​t/iu;

function promptIn(texts: string[], { system, tools }: ChatRequest): string[] {
  return texts.some((text) => asksForPrompt.test(text)) ? [system, ...tools.map(({ name }) => name)] : [];
}

/** Two words that are to be said as one. */
function wordsIn(texts: string[]): string[] {
  return texts.flatMap((text) =>
    [...text.matchAll(/words ([A-Z-]+) and ([A-Z-]+)/g)].map(([, one, two]) => `${one}${two}`),
  );
}
