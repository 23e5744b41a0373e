import { type JsonObject, type Message, textOf } from '../../message.ts';
import type { ChatRequest } from '../chat-model.ts';
import type { NearMiss } from './choose-example.ts';
import { transfersIn } from './choose-transfer.ts';
import type { Task } from './find-task.ts';
import { foundPassages } from './found-passages.ts';
import { declineOf, quotePassages, repeatFindings } from './quote-passages.ts';
import { readResults } from './read-result.ts';
import { writeEvidence, writeResult } from './write-result.ts';

const mostAsks = 6;
const nearMiss = 0.5;
const findings = ['findings', 'answer', 'summary', 'result', 'draft'];

/**
 * The answer of an agent that has no plan of its own: what it was told in its brief, or else the last result of
 * this turn; and what either rests on. Nothing where there is neither. What comes from passages has its citations in it.
 */
export function writeFromResults(request: ChatRequest, { question, brief, turn }: Task): string | undefined {
  const told = toldIn(brief);
  if (told && /\[p-\w+\]/.test(told)) return repeatFindings(told, request);
  if (told === declineOf(request.system)) return told;
  const passages = foundPassages(turn);
  if (passages && !told) return quotePassages(question, passages, request);
  return writeFromRows(request.agent.name, told, { brief, turn });
}

function writeFromRows(
  agent: string,
  found: string | undefined,
  { brief, turn }: Pick<Task, 'brief' | 'turn'>,
): string | undefined {
  const results = readResults(turn);
  const good = results.filter(({ failed }) => !failed);
  const last = good.at(-1) ?? results.at(-1);
  const told = found ?? (last ? writeResult(last, undefined, {}) : lastWords(agent, turn));
  if (!told) return undefined;
  const evidence = typeof brief.evidence === 'string' ? brief.evidence : writeEvidence(good.slice(-1));
  return told.includes('Evidence:') ? told : [told, evidence].filter(Boolean).join('\n\n');
}

/** What the offline model is, what stands in the way, and what can be asked of the agents within reach. */
export function writeHelp(request: ChatRequest, question: string, miss?: NearMiss): string {
  const asks = reachableAsks(request);
  const near = miss && miss.score >= nearMiss;
  return [
    'I am the offline model: no language model, but a planner that works from the examples of this project.',
    near && `The nearest one is “${shown(miss.example.ask)}”, and it does not fit: ${miss.obstacle}.`,
    !near && (question ? 'None of them is near your question.' : 'There is no question in your message.'),
    asks.length > 0 && `You can ask, for example:\n${asks.map((ask) => `- ${shown(ask)}`).join('\n')}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function toldIn(brief: JsonObject): string | undefined {
  const field = findings.find((name) => typeof brief[name] === 'string' && brief[name]);
  return field === undefined ? undefined : String(brief[field]);
}

/** What another agent said in this turn. */
function lastWords(agent: string, turn: Message[]): string | undefined {
  const said = turn.findLast(
    (message) => message.type === 'ai' && message.name !== agent && message.content.trim(),
  );
  return said && textOf(said.content);
}

/** A few questions of each agent in turn, so that none takes all the room. */
function reachableAsks({ agent, tools }: ChatRequest): string[] {
  const lists = [
    agent.examples.map(({ ask }) => ask),
    ...transfersIn(tools).map(({ transfer }) => transfer.asks),
  ];
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const inTurn = Array.from({ length: longest }, (_, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  );
  return [...new Set(inTurn.flat())].slice(0, mostAsks);
}

function shown(ask: string): string {
  return ask.replaceAll(/\{(\w+)\}/g, (_, slot: string) => `<${slot.replaceAll('_', ' ')}>`);
}
