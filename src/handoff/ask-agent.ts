import { randomUUID } from 'node:crypto';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { z } from 'zod';
import type { AiMessage, Call, JsonObject, Message } from '../message.ts';
import { type ChatReply, type ChatRequest, ModelError, type ToolSpec } from '../model/chat-model.ts';
import type { TurnEvent } from '../turn-event.ts';
import { finishSpeaking } from './finish-speaking.ts';
import { nearestExamples } from './nearest-examples.ts';
import { type Machine, type Seat, type SeatedGraph, seatOf } from './seat.ts';
import type { StateUpdate, StateValues } from './state.ts';
import { systemPrompt } from './system-prompt.ts';
import { transferTool } from './transfer-tool.ts';
import { limitNote, mustAnswer, spentLimits } from './turn-limits.ts';
import { whatAgentSees } from './what-agent-sees.ts';

/** The node of an agent: asks its model once, and adds the reply to the history. */
export async function askAgent(
  machine: Machine,
  seated: SeatedGraph,
  agent: string,
  state: StateValues,
  config: LangGraphRunnableConfig,
): Promise<StateUpdate> {
  const step = Number(config.metadata?.langgraph_step ?? 0);
  const messageId = randomUUID();
  tell(config, { type: 'agent-start', agent, step });

  const request = await requestFor(
    seated,
    seatOf(seated, agent),
    state,
    config.signal ?? new AbortController().signal,
  );
  const hear = (text: string) => tell(config, { type: 'text-delta', agent, messageId, text, step });
  const reply = await askUntilHeard(machine, request, hear);

  const message = toMessage(agent, messageId, reply, request, state.messages);
  const counts = { ...state.counts, tokens: state.counts.tokens + reply.usage.total_tokens };
  const update: StateUpdate = { messages: [message], agent, counts };
  if (message.tool_calls.length > 0) return update;
  return { ...update, ...finishSpeaking(seated.graph, agent, state, (event) => tell(config, event)) };
}

async function requestFor(
  seated: SeatedGraph,
  { agent, tools, edges }: Seat,
  state: StateValues,
  signal: AbortSignal,
): Promise<ChatRequest> {
  const { graph } = seated;
  const spent = spentLimits(state.counts, graph.limits, Date.now());
  const open = spent.size === 0 ? edges : [];
  const transfers = open.map((edge) => transferTool(edge, seatOf(seated, edge.to).agent));
  const messages = whatAgentSees(agent.name, state, edgeInto(seated, agent.name, state));
  const cases = await nearestExamples(agent, messages);
  const notes = limitNote(spent, graph.limits);
  return {
    role: agent.model,
    agent: { name: agent.name, examples: agent.examples },
    system: systemPrompt(agent, { edges: open, cases, messages: state.messages, notes }),
    messages,
    tools: mustAnswer(spent) ? [] : [...tools.map(toSpec), ...transfers],
    signal,
  };
}

/** The edge on which control came to an agent in this turn. */
function edgeInto({ graph }: SeatedGraph, agent: string, { callers }: StateValues) {
  const caller = callers.findLast(({ to }) => to === agent);
  return graph.edges.find(({ from, to }) => from === caller?.from && to === agent);
}

function toSpec({ name, description, parameters }: Seat['tools'][number]): ToolSpec {
  return {
    name,
    description,
    parameters: z.toJSONSchema(parameters, { target: 'draft-7', io: 'input' }) as JsonObject,
  }; // a JSON Schema is JSON
}

/** An empty reply is asked for once more; a second one is a failure of the model. */
async function askUntilHeard(
  machine: Machine,
  request: ChatRequest,
  hear: (text: string) => void,
): Promise<ChatReply> {
  const reply = await machine.chat(request, hear);
  if (!isEmpty(reply)) return reply;
  const again = await machine.chat(request, hear);
  if (isEmpty(again))
    throw new ModelError('misbehaved', `The model of ${request.agent.name} replied with nothing, twice.`);
  return again;
}

function isEmpty({ text, calls, invalidCalls }: ChatReply): boolean {
  return text.trim() === '' && calls.length + invalidCalls.length === 0;
}

/** The reply as a message of the history. Calls that nothing offered, once only an answer is left, are dropped. */
function toMessage(
  name: string,
  id: string,
  reply: ChatReply,
  { tools }: ChatRequest,
  history: Message[],
): AiMessage {
  const malformed = reply.invalidCalls.map((call): Call => ({ id: call.id, name: call.name, args: {} }));
  const calls = tools.length > 0 ? withUniqueIds([...reply.calls, ...malformed], history) : [];
  const invalid = reply.invalidCalls.map((call, at) => ({
    ...call,
    id: calls[reply.calls.length + at]?.id ?? call.id,
  }));
  return {
    type: 'ai',
    id,
    name,
    content:
      reply.text ||
      (calls.length > 0 ? '' : 'The limits of this turn were reached before there was an answer.'),
    tool_calls: calls,
    ...(invalid.length > 0 && calls.length > 0 && { invalid_tool_calls: invalid }),
    usage_metadata: reply.usage,
    response_metadata: { model_name: reply.model, finish_reason: reply.stop },
  };
}

/** Models repeat ids, and some give none; answers are matched to calls by id, over the whole thread. */
function withUniqueIds(calls: Call[], history: Message[]): Call[] {
  const taken = new Set(
    history.flatMap((message) => (message.type === 'ai' ? message.tool_calls.map(({ id }) => id) : [])),
  );
  return calls.map(({ id, name, args }) => {
    const unique = id && !taken.has(id) ? id : `call_${randomUUID().replaceAll('-', '')}`;
    taken.add(unique);
    return { id: unique, name, args, type: 'tool_call' };
  });
}

function tell(config: LangGraphRunnableConfig, event: TurnEvent): void {
  config.writer?.(event);
}
