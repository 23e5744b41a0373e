import { z } from 'zod';
import type { Edge, Graph } from '../../src/handoff/graph-file.ts';
import type { Call, InvalidCall, JsonObject } from '../../src/message.ts';
import {
  type ChatModel,
  type ChatReply,
  type ChatRequest,
  ModelError,
  type ToolSpec,
} from '../../src/model/chat-model.ts';
import { brokenForAnthropic, brokenForGemini, brokenForOpenAi } from '../support/provider-shapes.ts';
import type { Behaviour, CallPlan, ReplyPlan, TextPlan } from './behaviours.ts';
import { mostModelCalls } from './check-thread.ts';
import { hiding, secret } from './odd-guards.ts';
import { oddToolNames } from './odd-tools.ts';

/** A request as the model had it, and what it said. `tag` is the reply's model name, which the history keeps. */
export type Request = Omit<ChatRequest, 'signal'> & { tag: string; reply?: ChatReply; secondsBefore: number };

/** What all models of a thread share, through crashes too. */
export interface Cast {
  plan: Behaviour;
  /** How many replies were taken from the plan. */
  said: number;
  /** Of the running turn. */
  requests: Request[];
  /** What models rejected with, in the running turn. */
  thrown: Set<unknown>;
  /** Replies of the running turn that had nothing in them. */
  empty: number;
  broken: string[];
  /** How far the clock was put forward. */
  skewMs: number;
}

/** A model that does what the plan says and checks every request that it is given. */
export function oddModel(
  graph: Graph,
  cast: Cast,
  life: { isOver(): boolean; onRequest(): void },
): ChatModel {
  return async (request, onText) => {
    if (life.isOver()) throw new Error('this process is gone');
    const { signal, ...plain } = request;
    const asked: Request = {
      ...structuredClone(plain),
      tag: `reply-${cast.said}`,
      secondsBefore: secondsOf(cast),
    };
    cast.requests.push(asked);
    cast.broken.push(...brokenRequest(graph, asked));
    const most = mostModelCalls(graph);
    if (cast.requests.length > most) cast.broken.push(`more than ${most} model calls in a turn`);
    if (cast.broken.length > 0) throw new Error('enough is known');
    life.onRequest();
    signal.throwIfAborted();
    const plan = nextPlan(cast);
    if (plan.kind === 'error') throw failure(cast, plan, onText);
    cast.skewMs += plan.seconds * 1000;
    const reply = makeReply(graph, plan, asked);
    if (isEmpty(reply)) cast.empty += 1;
    if (reply.text) onText(reply.text);
    asked.reply = structuredClone(reply);
    return reply;
  };
}

/** When a request was made up: one that is sent again after an empty reply is as old as the first. */
function secondsOf({ requests, skewMs }: Cast): number {
  const last = requests.at(-1);
  return last?.reply && isEmpty(last.reply) ? last.secondsBefore : skewMs / 1000;
}

function isEmpty({ text, calls, invalidCalls }: ChatReply): boolean {
  return text.trim() === '' && calls.length + invalidCalls.length === 0;
}

function nextPlan(cast: Cast): ReplyPlan {
  const { replies, afterwards } = cast.plan;
  const at = cast.said++;
  const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
  const last: ReplyPlan = { kind: 'reply', text: 'That is all.', calls: [], usage, stop: 'end', seconds: 0 };
  return replies[afterwards === 'again' ? at % replies.length : at] ?? last;
}

function failure(
  cast: Cast,
  { reason, heard }: ReplyPlan & { kind: 'error' },
  onText: (text: string) => void,
): Error {
  if (heard) onText(heard);
  const error =
    reason === 'foreign'
      ? new TypeError('a foreign exception')
      : new ModelError(reason, `The model is ${reason}.`);
  cast.thrown.add(error);
  return error;
}

function makeReply(graph: Graph, plan: ReplyPlan & { kind: 'reply' }, request: Request): ChatReply {
  const calls: Call[] = [];
  const invalidCalls: InvalidCall[] = [];
  for (const call of plan.calls) {
    const { name, fitting } = callOf(graph, call, request);
    if (call.malformed !== undefined)
      invalidCalls.push({ id: call.id, name, args: call.malformed, error: 'not JSON' });
    else
      calls.push({
        id: call.id,
        name,
        args: call.args === 'fitting' ? fitting : structuredClone(call.args),
      });
  }
  return {
    text: textOf(graph, plan.text),
    calls,
    invalidCalls,
    usage: { ...plan.usage },
    model: request.tag,
    stop: plan.stop,
  };
}

function textOf(graph: Graph, plan: TextPlan): string {
  return typeof plan === 'string'
    ? plan
    : `I'll transfer you to ${graph.agents[plan.promiseTo % graph.agents.length]}.`;
}

/** The name of what is called, and arguments that fit it. */
function callOf(
  graph: Graph,
  { of }: CallPlan,
  { agent, tools }: Request,
): { name: string; fitting: JsonObject } {
  const lookUp = { order: 4 }; // fits every tool of the shelf
  if ('name' in of) return { name: of.name, fitting: {} };
  if ('shelf' in of) return { name: oddToolNames[of.shelf] ?? '', fitting: lookUp };
  const edges = graph.edges.filter(({ from }) => from === agent.name);
  const edge = 'edge' in of ? edges[of.edge % Math.max(1, edges.length)] : undefined;
  if (edge) return { name: `transfer_to_${edge.to}`, fitting: fittingBrief(edge) };
  const spec = 'offered' in of ? tools[of.offered % Math.max(1, tools.length)] : undefined;
  if (spec) return { name: spec.name, fitting: spec.transfer ? fittingSchema(spec) : lookUp };
  const at = 'agent' in of ? of.agent : 0;
  return { name: `transfer_to_${graph.agents[at % graph.agents.length]}`, fitting: {} };
}

const valuesByType = { string: `the one with ${secret}`, number: 1.5, integer: 4, boolean: true };

function fittingBrief({ brief }: Edge): JsonObject {
  return Object.fromEntries(Object.entries(brief).map(([field, { type }]) => [field, valuesByType[type]]));
}

/** What the schema demands and nothing more. */
function fittingSchema({ parameters }: ToolSpec): JsonObject {
  const { properties = {}, required = [] } = parameters as {
    properties?: Record<string, { type: keyof typeof valuesByType }>;
    required?: string[];
  }; // a brief is a flat object
  return Object.fromEntries(
    required.map((field) => [field, valuesByType[properties[field]?.type ?? 'string']]),
  );
}

function brokenRequest(graph: Graph, { agent, messages, tools, system }: Request): string[] {
  const names = tools.map(({ name }) => name);
  const edges = graph.edges.filter(({ from }) => from === agent.name).map(({ to }) => to);
  return [
    ...brokenForOpenAi(messages),
    ...brokenForAnthropic(messages),
    ...brokenForGemini(messages),
    ...(graph.guards.includes(hiding) &&
    JSON.stringify([system, messages.map(({ content }) => content)]).includes(secret)
      ? ['a model is shown what a guard takes out']
      : []),
    ...(system.trim() === '' || !system.isWellFormed() ? ['a system prompt that cannot be sent'] : []),
    ...names
      .filter((name, at) => names.indexOf(name) !== at)
      .map((name) => `the tool ${name} is offered twice`),
    ...names
      .filter((name) => !/^[a-zA-Z_][\w-]{0,63}$/.test(name))
      .map((name) => `the tool ${name} has no name that goes`),
    ...tools.flatMap(({ name, parameters, transfer }) => [
      ...brokenSchema(name, parameters),
      ...(transfer && !edges.includes(transfer.to)
        ? [`${agent.name} is offered a transfer along no edge: ${name}`]
        : []),
      ...(transfer && name !== `transfer_to_${transfer.to}` ? [`${name} leads to ${transfer.to}`] : []),
    ]),
  ];
}

function brokenSchema(name: string, parameters: JsonObject): string[] {
  try {
    z.fromJSONSchema(parameters);
    return parameters.type === 'object' ? [] : [`the parameters of ${name} are no object`];
  } catch (error) {
    return [`the schema of ${name} is not valid: ${error}`];
  }
}
