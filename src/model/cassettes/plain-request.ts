import { createHash } from 'node:crypto';
import { canonicalJson } from '../../audit/canonical-json.ts';
import type { JsonObject, Message } from '../../message.ts';
import { redact } from '../../redact.ts';
import type { ChatRequest } from '../chat-model.ts';
import { changeTexts } from './change-texts.ts';
import { openStandIns, type StandIns } from './stand-ins.ts';

/** What of a request reaches a model, as plain JSON: without secrets, and without what is another in every run. */
export interface PlainRequest {
  role: string;
  /** Who plays the role: `provider:model`. */
  model: string;
  agent: string;
  system: string;
  messages: JsonObject[];
  tools: JsonObject[];
  settings: JsonObject;
}

/** What a key is made of changes with this number, and with it `tapeFormat`: keys are checked when a tape is read. */
const format = 1;

/**
 * The request as it is recorded, and what stands in it for ids. Ids of messages are left out, those of calls are counted; what is a
 * hash of the text that it stands beside is left out as well. Examples of agents reach a model within the prompt; the offline
 * model alone reads them, and what tools give to programs, as they are.
 */
export function toPlainRequest(
  { role, agent, system, messages, tools, maxTokens }: ChatRequest,
  model: string,
): { plain: PlainRequest; standIns: StandIns } {
  const isOffline = model === 'offline';
  const callNumber = openCallNumbers();
  const found = {
    role,
    model,
    agent: agent.name,
    system,
    messages: messages.map((message) => toPlainMessage(message, callNumber, isOffline)),
    tools: tools.map(({ name, description, parameters, transfer }) => ({
      name,
      description,
      parameters,
      ...(isOffline && { transfer }),
    })),
    settings: { maxTokens, ...(isOffline && { examples: agent.examples }) },
  };
  const standIns = openStandIns();
  const sorted = JSON.parse(canonicalJson(JSON.parse(JSON.stringify(found))));
  const plain = changeTexts(sorted, (text) => standIns.take(withoutMarks(redact(text))));
  return { plain, standIns };
}

/** Of all that decides what a model replies, and of the repeat: replies of one are not those of another. */
export function keyOf(plain: PlainRequest, repeat: number): string {
  const content = canonicalJson({ format, repeat, ...(plain as unknown as JsonObject) }); // it is plain JSON
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/** Marks around data hold a hash of the data, which may hold ids: `<narration 0123456789ab>`. The data are in the key themselves. */
function withoutMarks(text: string): string {
  return text.replace(/<(\/?[a-z][a-z-]{0,30}) [0-9a-f]{12}>/g, '<$1 #>');
}

type Loose = Record<string, unknown>;

function toPlainMessage(message: Message, callNumber: (id: string) => string, whole: boolean): Loose {
  switch (message.type) {
    case 'system':
      return { type: message.type, content: message.content };
    case 'human':
      return { type: message.type, name: message.name, content: message.content };
    case 'ai':
      return {
        type: message.type,
        name: message.name,
        content: message.content,
        calls: message.tool_calls.map(({ id, name, args }) => ({ id: callNumber(id), name, args })),
        thoughts: message.reasoning,
      };
    case 'tool':
      return {
        type: message.type,
        call: callNumber(message.tool_call_id),
        status: message.status,
        content: message.content,
        artifact: whole ? message.artifact : undefined,
      };
  }
}

function openCallNumbers(): (id: string) => string {
  const numbers = new Map<string, string>();
  return (id) => {
    const number = numbers.get(id) ?? `call-${numbers.size + 1}`;
    numbers.set(id, number);
    return number;
  };
}
