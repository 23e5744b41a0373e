import { randomUUID } from 'node:crypto';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import type { AiMessage } from '../message.ts';
import { type ChatReply, type ChatRequest, ModelError } from '../model/chat-model.ts';
import { applyGuards, type GuardRun, isGuarded } from './apply-guards.ts';
import { buildRequest, openEdges } from './build-request.ts';
import { finishSpeaking } from './finish-speaking.ts';
import { guardInput } from './guard-input.ts';
import { type Machine, type SeatedGraph, seatOf } from './seat.ts';
import type { StateUpdate, StateValues } from './state.ts';
import { toAiMessage } from './to-ai-message.ts';
import { countRepair } from './turn-course.ts';

/** The node of an agent: asks its model once, and adds the reply to the history. */
export async function askAgent(
  machine: Machine,
  seated: SeatedGraph,
  agent: string,
  state: StateValues,
  config: LangGraphRunnableConfig,
): Promise<StateUpdate> {
  const signal = config.signal ?? new AbortController().signal;
  const run: GuardRun = { machine, seated, signal, tell: (event) => config.writer?.(event) };
  const step = Number(config.metadata?.langgraph_step ?? 0);
  const messageId = randomUUID();
  run.tell({ type: 'agent-start', agent, step });
  const hear = (text: string) => run.tell({ type: 'text-delta', agent, messageId, text, step });

  const { messages, blocked } = await guardInput(run, agent, state.messages);
  if (blocked !== undefined) {
    hear(blocked);
    return { messages: [refusal(agent, messageId, blocked)], agent, done: true };
  }

  const seat = seatOf(seated, agent);
  const { request, answerOnly } = await buildRequest(seated, seat, { ...state, messages }, signal);
  const { reply, again } = await askUntilHeard(run, request, hear);
  const course = { ...(again ? countRepair(state.course, 'empty') : state.course), nudge: null };
  const counts = { ...state.counts, tokens: state.counts.tokens + Math.max(0, reply.usage.total_tokens) };

  const message = toAiMessage({ agent, id: messageId, reply, answerOnly }, state.messages);
  const update: StateUpdate = { messages: [message], agent, counts, course };
  if (message.tool_calls.length > 0) return update;
  const spoken = { agent, text: message.content, open: openEdges(seated, seat, state) };
  return { ...update, ...finishSpeaking(seated.graph, spoken, { ...state, course }, run.tell) };
}

/** An empty reply is asked for once more; a second one is a failure of the model. */
async function askUntilHeard(
  run: GuardRun,
  request: ChatRequest,
  hear: (text: string) => void,
): Promise<{ reply: ChatReply; again: boolean }> {
  const reply = await askGuarded(run, request, hear);
  if (!isEmpty(reply)) return { reply, again: false };
  const { name } = request.agent;
  run.tell({
    type: 'repair',
    agent: name,
    repair: 'empty',
    reason: `The model of ${name} replied with nothing.`,
  });
  const second = await askGuarded(run, request, hear);
  if (isEmpty(second))
    throw new ModelError('misbehaved', `The model of ${name} replied with nothing, twice.`);
  return { reply: second, again: true };
}

/** Where something looks at answers, nobody hears the text before it has passed. */
async function askGuarded(
  run: GuardRun,
  request: ChatRequest,
  hear: (text: string) => void,
): Promise<ChatReply> {
  const guarded = isGuarded(run.seated, 'answer');
  const reply = await run.machine.chat(request, guarded ? () => undefined : hear);
  if (!guarded || !reply.text) return reply;
  const passed = await applyGuards(run, 'answer', request.agent.name, reply.text);
  const text = passed.blocked === undefined ? passed.text : `This answer is withheld: ${passed.blocked}`;
  hear(text);
  return { ...reply, text };
}

function isEmpty({ text, calls, invalidCalls }: ChatReply): boolean {
  return text.trim() === '' && calls.length + invalidCalls.length === 0;
}

function refusal(name: string, id: string, content: string): AiMessage {
  return { type: 'ai', id, name, content, tool_calls: [], response_metadata: { finish_reason: 'guard' } };
}
