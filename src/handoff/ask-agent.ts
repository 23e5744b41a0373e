import { randomUUID } from 'node:crypto';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import type { AiMessage } from '../message.ts';
import { type ChatReply, type ChatRequest, ModelError } from '../model/chat-model.ts';
import { applyGuards, type GuardRun, isGuarded } from './apply-guards.ts';
import { buildRequest, edgeInto, openEdges } from './build-request.ts';
import { type CitedReply, citeReply } from './citations/cite-reply.ts';
import { type Found, heldAgainst } from './citations/found-passages.ts';
import { realign } from './citations/realign.ts';
import type { Tool } from './define-tool.ts';
import { finishSpeaking } from './finish-speaking.ts';
import { guardInput } from './guard-input.ts';
import { knownOfThread } from './known-of-thread.ts';
import { tellOf } from './node-ear.ts';
import { type Machine, type Seat, type SeatedGraph, seatOf } from './seat.ts';
import { shownWindow } from './shown-window.ts';
import type { StateUpdate, StateValues } from './state.ts';
import { type Replied, toAiMessage } from './to-ai-message.ts';
import { countRepair, type TurnCourse, timesRepaired } from './turn-course.ts';
import { spentLimits } from './turn-limits.ts';

/** The node of an agent: asks its model once, and adds the reply to the history. */
export async function askAgent(
  machine: Machine,
  seated: SeatedGraph,
  agent: string,
  state: StateValues,
  config: LangGraphRunnableConfig,
): Promise<StateUpdate> {
  const signal = config.signal ?? new AbortController().signal;
  const run: GuardRun = { machine, seated, signal, tell: tellOf(config) };
  const step = Number(config.metadata?.langgraph_step ?? 0);
  const messageId = randomUUID();
  run.tell({ type: 'agent-start', agent, step });
  const hear = (text: string) => run.tell({ type: 'text-delta', agent, messageId, text, step });

  const { messages, blocked } = await guardInput(
    run,
    agent,
    shownWindow(state.messages, edgeInto(seated, agent, state)),
  );
  if (blocked !== undefined) {
    hear(blocked);
    return { messages: [refusal(agent, messageId, blocked)], agent, done: true };
  }

  const seat = seatOf(seated, agent);
  const seen = { ...state, messages };
  const { instructions } = knownOfThread(state.messages);
  const { request, answerOnly } = await buildRequest(seated, seat, seen, signal, instructions);
  const found = heldAgainst(seated, seat, messages);
  const isHeld = found !== undefined || isGuarded(seated, 'answer');
  const { reply, again } = await askUntilHeard(run, request, isHeld ? silently : hear);
  const cited = await citeFound(run, { request, reply, found, state, seat });
  const said = await guardAnswer(run, agent, cited);
  if (isHeld && said.reply.text) hear(said.reply.text);

  const course = courseAfter(state.course, { empty: again, citation: cited.repaired });
  const tokens = state.counts.tokens + cited.spent + Math.max(0, cited.reply.usage.total_tokens);
  const counts = { ...state.counts, tokens };
  const message = toAiMessage({ agent, id: messageId, answerOnly, ...said }, state.messages);
  const update: StateUpdate = { messages: [message], agent, counts, course };
  if (message.tool_calls.length > 0) return update;
  const spoken = { agent, text: message.content, open: openEdges(seated, seat, state) };
  return { ...update, ...finishSpeaking(seated.graph, spoken, { ...state, course }, run.tell) };
}

/** An empty reply is asked for once more; a second one is a failure of the model. */
async function askUntilHeard(
  { machine, tell }: GuardRun,
  request: ChatRequest,
  hear: (text: string) => void,
): Promise<{ reply: ChatReply; again: boolean }> {
  const reply = await machine.chat(request, hear);
  if (!isEmpty(reply)) return { reply, again: false };
  const { name } = request.agent;
  tell({
    type: 'repair',
    agent: name,
    repair: 'empty',
    reason: `The model of ${name} replied with nothing.`,
  });
  const second = await machine.chat(request, hear);
  if (isEmpty(second))
    throw new ModelError('misbehaved', `The model of ${name} replied with nothing, twice.`);
  return { reply: second, again: true };
}

interface Asked {
  request: ChatRequest;
  reply: ChatReply;
  found: Found | undefined;
  state: StateValues;
  seat: Seat;
}

/** What is said where documents are searched is held against what the turn found. A spent limit leaves no second try. */
async function citeFound(run: GuardRun, { request, reply, found, state, seat }: Asked): Promise<CitedReply> {
  const { graph } = run.seated;
  if (!found || !graph.citations) return { reply, declined: false, repaired: false, spent: 0 };
  const isSpent = spentLimits(state.counts, graph.limits, Date.now()).size > 0;
  const mayRepair = !isSpent && timesRepaired(state.course, 'citation') === 0;
  const ask = (again: ChatRequest) => run.machine.chat(again, silently);
  const open = openEdges(run.seated, seat, state);
  const changing = new Set(seat.tools.filter(isChanging).map(({ name }) => name));
  return citeReply(run, request, reply, { rules: graph.citations, found, open, mayRepair, changing, ask });
}

function isChanging({ changes, findsPassages }: Tool): boolean {
  return changes !== 'nothing' && !findsPassages;
}

/** Where something looks at answers, nobody hears the text before it has passed. */
async function guardAnswer(
  run: GuardRun,
  agent: string,
  { reply, citations, declined }: CitedReply,
): Promise<Pick<Replied, 'reply' | 'citations' | 'declined'>> {
  const passed = reply.text ? await applyGuards(run, 'answer', agent, reply.text) : { text: '' };
  if (passed.blocked !== undefined)
    return { reply: { ...reply, text: `This answer is withheld: ${passed.blocked}` } };
  const moved = citations && realign(citations, reply.text, passed.text);
  return { reply: { ...reply, text: passed.text }, ...(moved && { citations: moved }), declined };
}

function courseAfter(before: TurnCourse, repaired: { empty: boolean; citation: boolean }): TurnCourse {
  const course = repaired.empty ? countRepair(before, 'empty') : before;
  return { ...(repaired.citation ? countRepair(course, 'citation') : course), nudge: null };
}

function silently(): void {}

function isEmpty({ text, calls, invalidCalls }: ChatReply): boolean {
  return text.trim() === '' && calls.length + invalidCalls.length === 0;
}

function refusal(name: string, id: string, content: string): AiMessage {
  return { type: 'ai', id, name, content, tool_calls: [], response_metadata: { finish_reason: 'guard' } };
}
