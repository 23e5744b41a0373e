import type { AiMessage, Message } from '../../src/message.ts';
import { textOf } from '../../src/message.ts';

/**
 * What the three large providers refuse, checked on the messages as their adapters send them. Each function
 * returns every rule that is broken, in words; nothing when the provider would take the request.
 *
 * An adapter may leave out an empty text beside calls and put messages of one role in a row together. It does
 * not reorder, rename or invent anything: that the history needs none of it is what is checked.
 */

/** One call or answer, or a text, as all three have them in one form or another. */
type Part = { text: string } | { call: string; name: string } | { answer: string; name: string };

interface Turn {
  role: 'user' | 'assistant';
  parts: Part[];
}

/**
 * OpenAI, Chat Completions (platform.openai.com/docs/api-reference/chat/create, and its 400 responses):
 * "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'";
 * "messages with role 'tool' must be a response to a preceding message with 'tool_calls'"; function names
 * match ^[a-zA-Z0-9_-]{1,64}$; ids of calls are at most 64 characters (40 until 2026); `arguments` is the text
 * of a JSON object; `content` is required unless there are calls.
 */
export function brokenForOpenAi(messages: Message[]): string[] {
  const broken = [...brokenText(messages), ...repeatedCalls(messages)];
  let open: string[] = [];
  for (const message of messages) {
    if (message.type === 'tool') {
      if (!open.includes(message.tool_call_id)) broken.push(`answer ${message.tool_call_id} follows no call`);
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (open.length > 0) broken.push(`calls ${open} have no answer right behind them`);
    open = message.type === 'ai' ? message.tool_calls.map(({ id }) => id) : [];
    if (message.type === 'ai') broken.push(...brokenReply(message));
  }
  if (open.length > 0) broken.push(`calls ${open} have no answer at the end`);
  if (messages.at(-1)?.type === 'ai') broken.push('the last message is the assistant’s');
  return broken.map((rule) => `OpenAI: ${rule}`);
}

function brokenReply({ id, content, tool_calls }: AiMessage): string[] {
  const broken =
    content === '' && tool_calls.length === 0 ? [`assistant message ${id} has neither text nor calls`] : [];
  for (const call of tool_calls) {
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(call.name)) broken.push(`function name ${JSON.stringify(call.name)}`);
    if (call.id.length < 1 || call.id.length > 64) broken.push(`call id of ${call.id.length} characters`);
    if (!isObject(call.args)) broken.push(`arguments of ${call.name} are no object`);
  }
  return broken;
}

/**
 * Anthropic, Messages (docs.claude.com/en/api/messages; …/agents-and-tools/tool-use/implement-tool-use): the
 * first message is the user's and roles alternate once messages in a row are put together; "Each tool_use block
 * must have a corresponding tool_result block in the next message", results before any text there; ids match
 * ^[a-zA-Z0-9_-]+$ and are unique; names ^[a-zA-Z0-9_-]{1,128}$; "text content blocks must contain
 * non-whitespace text"; the last message is the user's, where no reply is begun for the model.
 */
export function brokenForAnthropic(messages: Message[]): string[] {
  const turns = takeTurns(messages);
  const broken = [...brokenText(messages), ...brokenEnds(turns)];
  turns.forEach((turn, at) => {
    const asked = callsOf(turn).map(({ call }) => call);
    const answers = firstOf(turns[at + 1], asked.length).map((part) =>
      'answer' in part ? part.answer : 'text',
    );
    if (asked.toSorted().join() !== answers.toSorted().join())
      broken.push(`tool_use ${asked} is followed by ${answers}`);
    const before = callsOf(turns[at - 1]).map(({ call }) => call);
    const results = answersOf(turn).map(({ answer }) => answer);
    broken.push(...repeated(results).map((id) => `several tool_result blocks for ${id}`));
    for (const answer of results) {
      if (!before.includes(answer))
        broken.push(`tool_result ${answer} has no tool_use in the message before`);
    }
    broken.push(...turn.parts.flatMap(brokenBlock));
  });
  return [...broken, ...repeatedCalls(messages)].map((rule) => `Anthropic: ${rule}`);
}

function brokenBlock(part: Part): string[] {
  if ('text' in part) return part.text.trim() === '' ? ['a text block without text'] : [];
  const id = 'call' in part ? part.call : part.answer;
  const broken = /^[a-zA-Z0-9_-]+$/.test(id) ? [] : [`id ${JSON.stringify(id)}`];
  if ('call' in part && !/^[a-zA-Z0-9_-]{1,128}$/.test(part.name))
    broken.push(`tool name ${JSON.stringify(part.name)}`);
  return broken;
}

/**
 * Gemini, generateContent (ai.google.dev/gemini-api/docs/function-calling, and its 400 responses): contents begin
 * with the user's and alternate; "function call turn comes immediately after a user turn or after a function
 * response turn"; "the number of function response parts is equal to the number of function call parts of the
 * function call turn", matched by name in order where they have no id; names start with a letter or an underscore
 * and have at most 64 letters, digits, _ . : -; every part has data.
 */
export function brokenForGemini(messages: Message[]): string[] {
  const turns = takeTurns(messages);
  const broken = [...brokenText(messages), ...brokenEnds(turns)];
  turns.forEach((turn, at) => {
    const asked = callsOf(turn).map(({ name }) => name);
    const first = firstOf(turns[at + 1], asked.length).map((part) => ('answer' in part ? part.name : 'text'));
    const answered = answersOf(turns[at + 1]).map(({ name }) => name);
    if (asked.join() !== answered.join() || asked.join() !== first.join())
      broken.push(`function calls ${asked} are answered by ${answered}`);
    if (at === 0 && answersOf(turn).length > 0) broken.push('function responses without a call');
    if (turn.parts.length === 0) broken.push('a content without parts');
    broken.push(...turn.parts.flatMap(brokenPart));
  });
  return broken.map((rule) => `Gemini: ${rule}`);
}

function brokenPart(part: Part): string[] {
  if ('text' in part) return part.text === '' ? ['an empty part'] : [];
  return /^[a-zA-Z_][\w.:-]{0,63}$/.test(part.name) ? [] : [`function name ${JSON.stringify(part.name)}`];
}

/** The conversation as alternating contents, which is how Anthropic and Gemini have it. */
function takeTurns(messages: Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = message.type === 'ai' ? 'assistant' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push(...partsOf(message));
    else turns.push({ role, parts: partsOf(message) });
  }
  return turns;
}

function partsOf(message: Message): Part[] {
  if (message.type === 'tool') return [{ answer: message.tool_call_id, name: message.name }];
  const text = textOf(message.content);
  if (message.type !== 'ai') return [{ text }];
  const calls = message.tool_calls.map(({ id, name }) => ({ call: id, name }));
  return text === '' && calls.length > 0 ? calls : [{ text }, ...calls];
}

function callsOf(turn: Turn | undefined) {
  return turn?.parts.filter((part) => 'call' in part) ?? [];
}

function answersOf(turn: Turn | undefined) {
  return turn?.parts.filter((part) => 'answer' in part) ?? [];
}

function firstOf(turn: Turn | undefined, count: number): Part[] {
  return turn?.parts.slice(0, count) ?? [];
}

function brokenEnds(turns: Turn[]): string[] {
  const first = turns[0]?.role === 'user' ? [] : ['the first message is not the user’s'];
  return turns.at(-1)?.role === 'user' ? first : [...first, 'the last message is not the user’s'];
}

function repeatedCalls(messages: Message[]): string[] {
  const ids = messages.flatMap((message) =>
    message.type === 'ai' ? message.tool_calls.map(({ id }) => id) : [],
  );
  return repeated(ids).map((id) => `call id ${id} twice`);
}

function repeated(ids: string[]): string[] {
  return ids.filter((id, at) => ids.indexOf(id) !== at);
}

/**
 * A request is UTF-8, which has no half of a surrogate pair; Anthropic answers 400 "The request body is not valid
 * JSON: no low surrogate in string" to its escape. RFC 7493 (I-JSON), section 2.1, forbids both.
 */
function brokenText(messages: Message[]): string[] {
  return messages
    .filter((message) => !isWellFormed([message.content, message.type === 'ai' ? message.tool_calls : []]))
    .map(({ type, id }) => `half a surrogate pair in ${type} ${id}`);
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isWellFormed(item));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
