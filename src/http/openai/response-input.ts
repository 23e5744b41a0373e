import { randomUUID } from 'node:crypto';
import { CallerError } from '../../errors.ts';
import type { AiMessage, Content, HumanMessage, JsonObject, Message } from '../../message.ts';
import { toContext } from './completion-request.ts';
import {
  approvalSchema,
  type InputItem,
  type InputMessage,
  type InputPart,
  isMessage,
} from './input-item.ts';
import { callIdOf } from './response-item.ts';

/** What a request's input comes to. */
export interface ReadInput {
  /** What was said before, which only a new thread can be told. */
  earlier: Message[];
  /** What the user says now. */
  messages: HumanMessage[];
  /** What a person decided, by call. */
  resume?: JsonObject;
}

type Said = HumanMessage | AiMessage;

/** Throws a `CallerError` when there is nothing to do, or too much at once. */
export function readInput(input: string | InputItem[]): ReadInput {
  const items: InputItem[] = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const said = items.filter(isMessage).map(toMessage).reduce<Said[]>(addMessage, []);
  const resume = readApprovals(items);
  const start = said.findLastIndex(({ type }) => type === 'ai') + 1;
  const messages = said.slice(start).filter((message) => message.type === 'human');
  if (resume) {
    if (messages.length > 0)
      throw refused('answer the approval requests, or say something: not both at once');
    return { earlier: [], messages: [], resume };
  }
  const spoken = items.filter(isMessage).findLast(({ role }) => role === 'user' || role === 'assistant');
  if (spoken?.role !== 'user') throw refused('the last message must be of the role user');
  return { earlier: said.slice(0, start), messages };
}

function readApprovals(items: InputItem[]): JsonObject | undefined {
  const decisions = items.flatMap((item, at) => {
    const { data } = approvalSchema.safeParse(item);
    if (!data) return [];
    const callId = callIdOf(data.approval_request_id);
    if (!callId) throw refused('expected the id of an mcp_approval_request', `${at}.approval_request_id`);
    const reason = data.reason ? { reason: data.reason } : {};
    return [[callId, data.approve ? { decision: 'accept' } : { decision: 'refuse', ...reason }]] as const;
  });
  return decisions.length > 0 ? (Object.fromEntries(decisions) as JsonObject) : undefined; // decisions are JSON
}

/** Agents that spoke one after the other are one to the next. */
function addMessage(said: Said[], message: Said): Said[] {
  const last = said.at(-1);
  if (last?.type !== 'ai' || message.type !== 'ai') return [...said, message];
  return [...said.slice(0, -1), { ...last, content: `${last.content}\n\n${message.content}` }];
}

function toMessage({ role, content }: InputMessage): Said {
  const text = typeof content === 'string' ? content : content.map(textOfPart).join('');
  if (role === 'assistant')
    return { type: 'ai', id: randomUUID(), name: 'assistant', content: text, tool_calls: [] };
  if (role !== 'user') return toContext(text);
  return {
    type: 'human',
    id: randomUUID(),
    content: typeof content === 'string' ? content : content.map(toPart),
  };
}

function textOfPart(part: InputPart): string {
  return 'text' in part ? part.text : 'refusal' in part ? part.refusal : '';
}

/** A part as chat completions have it, which is how models get it. */
function toPart(part: InputPart): Exclude<Content, string>[number] {
  if (part.type === 'input_image') {
    return {
      type: 'image_url',
      image_url: { url: part.image_url, ...(part.detail && { detail: part.detail }) },
    };
  }
  if (part.type === 'input_file') {
    const { file_data, filename } = part;
    return { type: 'file', file: { file_data, ...(filename && { filename }) } };
  }
  return { type: 'text', text: textOfPart(part) };
}

function refused(message: string, place = ''): CallerError {
  const issues = [{ path: place ? `input.${place}` : 'input', message }];
  return new CallerError('invalid-request', 'The request is not valid.', { issues });
}
