import type { JsonObject, Message } from '../../message.ts';
import type { ChatRequest } from '../chat-model.ts';
import type { Embedder } from '../embedder.ts';
import { type Choice, fillCall, rateExamples } from './choose-example.ts';
import { handoffTarget, isWriter, rateTransfers, transfersIn } from './choose-transfer.ts';
import { fillBrief } from './fill-brief.ts';
import { fillSentence, fillTemplate, numericSlots, UnfilledTemplate } from './fill-template.ts';
import { findTask, type Task } from './find-task.ts';
import { foundPassages } from './found-passages.ts';
import { numericByName } from './numeric-by-name.ts';
import { quotePassages } from './quote-passages.ts';
import { type Result, readResults } from './read-result.ts';
import { nearEnough, resolveQuestion } from './resolve-question.ts';
import { searchAgain, searchForAnything } from './search-documents.ts';
import { writeFromResults, writeHelp } from './write-answer.ts';
import { writeEvidence, writeResult } from './write-result.ts';

/** What the offline model does next: it calls one tool, or says its answer. */
export type NextStep = { call: { name: string; args: JsonObject } } | { say: string };

const beyondDoubt = 0.65;

interface Situation {
  request: ChatRequest;
  task: Task;
  /** The task's question, without what it leaned on. */
  question: string;
  /** The answers to the agent's own calls since it took over. */
  own: Result[];
}

/**
 * Plans one step from what an agent sees: the first or next call of the nearest of its examples; then the handoff
 * of that example, or one to an agent that writes answers; then the answer itself. An agent for which no
 * example is near hands over to whom the question fits better, writes from the results that are there, or
 * says that it cannot help and what can be asked.
 */
export async function planNextStep(embedder: Embedder, request: ChatRequest): Promise<NextStep> {
  const task = findTask(request.agent.name, request.messages);
  const question = await resolveQuestion(embedder, asksOf(request), task.earlier, task.question);
  const own = ownResults(request, task.since);
  const situation = { request, task, question, own };
  const { choices, misses } = await rateExamples(embedder, plannedBy(request), question, request.tools);
  const near = choices.filter(({ score }) => isNear(score, misses[0]?.score ?? 0));
  if (near[0] && request.tools.length > 0) return followExample(situation, near);
  return (
    (await handOver(embedder, situation, misses[0]?.score ?? 0)) ??
    searchAnyway(situation) ??
    writeFromOthers(situation) ??
    sayOwn(near[0]) ?? { say: writeHelp(request, question, misses[0]) }
  );
}

/** Where an example that does not fit is nearer than one that would, only a very near one is acted on. */
function isNear(score: number, missed: number): boolean {
  return score >= nearEnough && (score >= missed || score >= beyondDoubt);
}

/** Examples that only hand over are evidence for routing; the others are plans. */
function plannedBy({ agent }: ChatRequest) {
  return agent.examples.filter(({ calls, handoff, answer }) => calls || !handoff || answer);
}

function asksOf({ agent, tools }: ChatRequest) {
  const own = agent.examples.map(({ ask, calls = [] }) => ({
    ask,
    numeric: new Set([...calls.flatMap((call) => [...numericSlots(call)])]),
  }));
  const others = transfersIn(tools).flatMap(({ transfer }) => transfer.asks);
  return [...own, ...others.map((ask) => ({ ask, numeric: numericByName(ask) }))];
}

/** The answers to the agent's own calls. */
function ownResults({ agent }: ChatRequest, since: Message[]): Result[] {
  const mine = since.flatMap((message) =>
    message.type === 'ai' && message.name === agent.name ? message.tool_calls : [],
  );
  return readResults(since).filter(({ callId }) => mine.some(({ id }) => id === callId));
}

/** Goes on where the results say that it is. After a failed call the next best example is tried, once. */
function followExample(situation: Situation, near: Choice[]): NextStep {
  const { own, request } = situation;
  const refused = own.find(({ failed, text }) => failed && text.startsWith('A person refused'));
  if (refused) return { say: `I could not do this: ${refused.text}` };
  const failures = own.filter(({ failed }) => failed).length;
  const lastFailure = own.findLastIndex(({ failed }) => failed);
  const second = near.find(({ example }) => differs(example.calls, near[0]?.example.calls));
  const choice = failures === 0 ? near[0] : failures === 1 ? second : undefined;
  const done = own.slice(lastFailure + 1);
  if (!choice) return conclude(situation, near[0], own);
  const next = (choice.example.calls ?? [])[done.length];
  if (!next) {
    const call = searchAgain(own, request);
    return call ? { call } : conclude(situation, choice, done);
  }
  try {
    return { call: fillCall(next, { ...choice.slots, ...done.at(-1)?.rows[0] }, request.tools) };
  } catch (error) {
    if (!(error instanceof UnfilledTemplate)) throw error;
    return { say: `I cannot go on: ${error.message}.` };
  }
}

function searchAnyway(situation: Situation): NextStep | undefined {
  const { request, question } = situation;
  const example = searchForAnything(request, question);
  return example && followExample(situation, [{ example, score: 0, slots: { question } }]);
}

function differs(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

/** All calls are done: who says what came of them? */
function conclude(situation: Situation, choice: Choice | undefined, done: Result[]): NextStep {
  const { request, question } = situation;
  const last = done.at(-1);
  const passages = last?.passages && foundPassages(situation.task.turn);
  const written = last ? writeResult(last, choice?.example.answer, choice?.slots ?? {}) : '';
  const sentence = passages ? quotePassages(question, passages, request) : written;
  const evidence = passages ? '' : writeEvidence(done);
  const said =
    sentence || (choice?.example.answer && fillSentence(choice.example.answer, choice.slots)) || '';
  const transfers = transfersIn(request.tools);
  const { handoff } = choice?.example ?? {};
  const named = handoff && transfers.find(({ transfer }) => transfer.to === handoffTarget(handoff));
  const writer = named ?? (last ? transfers.find(isWriter) : undefined);
  if (!writer) return { say: [said, evidence].filter(Boolean).join('\n\n') || writeHelp(request, question) };
  const template = named && handoff ? fillHandoff(handoff, { ...choice?.slots, ...last?.rows[0] }) : {};
  return {
    call: { name: writer.name, args: fillBrief(writer, { question, findings: said, evidence, template }) },
  };
}

/** The brief that an example gives; what cannot be filled is left to the rest of what is known. */
function fillHandoff(handoff: Record<string, JsonObject>, values: JsonObject): JsonObject {
  const [brief = {}] = Object.values(handoff);
  try {
    return fillTemplate(brief, values);
  } catch (error) {
    if (error instanceof UnfilledTemplate) return {};
    throw error;
  }
}

/** Hands over to whom the question fits better than any example here, unless that agent has had it in this turn. */
async function handOver(
  embedder: Embedder,
  { request, task, question, own }: Situation,
  missed: number,
): Promise<NextStep | undefined> {
  const asked = new Set(task.turn.flatMap((message) => (message.type === 'ai' ? [message.name] : [])));
  const open = transfersIn(request.tools).filter((spec) => !isWriter(spec) && !asked.has(spec.transfer.to));
  if (!question || own.length > 0 || isAnswered(request, task)) return undefined;
  const [best] = await rateTransfers(embedder, open, question, {
    system: request.system,
    examples: request.agent.examples,
  });
  if (!best || best.score < Math.max(nearEnough, missed)) return undefined;
  return {
    call: {
      name: best.spec.name,
      args: fillBrief(best.spec, { question, findings: '', evidence: '', template: {} }),
    },
  };
}

/** Whether control came back from an agent that said what there was to say. */
function isAnswered({ agent }: ChatRequest, { turn }: Task): boolean {
  return turn.some(
    (message) =>
      message.type === 'ai' &&
      message.name !== agent.name &&
      message.tool_calls.length === 0 &&
      message.content.trim(),
  );
}

function writeFromOthers({ request, task }: Situation): NextStep | undefined {
  const say = writeFromResults(request, task);
  return say ? { say } : undefined;
}

/** An example that is an answer and nothing else, such as one to a greeting. */
function sayOwn(choice: Choice | undefined): NextStep | undefined {
  if (!choice?.example.answer || choice.example.calls) return undefined;
  const say = fillSentence(choice.example.answer, choice.slots);
  return say ? { say } : undefined;
}
