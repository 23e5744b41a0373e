import { type HumanMessage, type JsonObject, type Message, type ToolMessage, textOf } from '../../message.ts';
import { callOf, isTransfer } from './read-result.ts';

/** What an agent is asked to do, as far as it can be read from what it sees. */
export interface Task {
  /** The question: the brief's where there is one, else the user's. May be empty. */
  question: string;
  /** What whoever handed over told. */
  brief: JsonObject;
  /** What the user asked before, oldest first. */
  earlier: string[];
  /** What came since the question was asked. */
  turn: Message[];
  /** What came since the agent took over. */
  since: Message[];
}

export const questionField = /question|task|request|ask|query|wish|goal/i;

/** Lines that the machine writes in the place of a user's. */
const notAsked =
  /^(<narration |Your answer was withheld:|Go on, \S+\.$|\S+ is done\. Go on, |\S+ asks you to go on with the conversation\.$)/;

/** Finds the task in what `agent` sees: the whole conversation, or a brief in the place of a user's message. */
export function findTask(agent: string, messages: Message[]): Task {
  const asked = messages.filter(isAsked);
  const last = asked.at(-1);
  const turn = last ? messages.slice(messages.indexOf(last) + 1) : messages;
  const handover = turn.findLast((message) => isTransferTo(agent, message));
  const written = last ? textOf(last.content).trim() : '';
  const brief = handover ? briefOf(handover, messages) : readBrief(written);
  const earlier = asked
    .slice(0, -1)
    .map(({ content }) => questionIn(readBrief(textOf(content))) ?? textOf(content));
  const since = handover ? turn.slice(turn.indexOf(handover) + 1) : turn;
  const told = questionIn(brief);
  const isBrief = Object.keys(readBrief(written)).length > 0;
  return { question: told ?? (isBrief ? '' : written), brief, earlier: told ? [] : earlier, turn, since };
}

function isAsked(message: Message): message is HumanMessage {
  return message.type === 'human' && !notAsked.test(textOf(message.content));
}

function isTransferTo(agent: string, message: Message): message is ToolMessage {
  if (message.type !== 'tool' || message.status === 'error' || !isTransfer(message)) return false;
  const { to } = transferOf(message);
  return to === undefined ? message.name === `transfer_to_${agent}` : to === agent;
}

function briefOf(message: ToolMessage, messages: Message[]): JsonObject {
  return transferOf(message).brief ?? callOf(message, messages)?.args ?? {};
}

function transferOf({ artifact }: ToolMessage): { to?: string; brief?: JsonObject } {
  const { transfer } = (artifact ?? {}) as { transfer?: { to?: string; brief?: JsonObject } }; // written by the machine
  return transfer ?? {};
}

/** Reads `field: value` lines, as a brief is told to an agent that sees nothing else; any other text has none. */
function readBrief(text: string): JsonObject {
  if (!/^[a-z][a-z_]*: \S/.test(text)) return {};
  const fields = text.split(/\n(?=[a-z][a-z_]*: )/);
  return Object.fromEntries(
    fields.map((field) => {
      const colon = field.indexOf(': ');
      return [field.slice(0, colon), field.slice(colon + 2)];
    }),
  );
}

function questionIn(brief: JsonObject): string | undefined {
  const field = Object.keys(brief).find((name) => questionField.test(name));
  const value = field === undefined ? undefined : brief[field];
  return typeof value === 'string' && value.trim() ? value.trim() : undefined;
}
