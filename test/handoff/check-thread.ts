import { isDeepStrictEqual } from 'node:util';
import type { Graph } from '../../src/handoff/graph-file.ts';
import type { AiMessage, Message, ToolMessage } from '../../src/message.ts';
import { describeEnd } from '../../src/turn/describe-end.ts';
import { beginTurn } from '../../src/turn/turn-input.ts';
import { brokenForAnthropic, brokenForGemini, brokenForOpenAi } from '../support/provider-shapes.ts';
import { hiding, secret } from './odd-guards.ts';
import type { Request } from './odd-model.ts';
import type { PlayedTurn } from './play-behaviour.ts';

/**
 * How many model calls a turn may need, at most: every reply spends a call or a handoff, refused ones too; every
 * handoff may return once; one reply ends the turn, one more follows a spent limit and one a broken promise. Each may
 * come empty once and be asked for again, and every handoff may need a summary. A turn that goes on after a crash
 * asks once more for what was not saved.
 */
export function mostModelCalls({ limits: { handoffs, calls } }: Graph): number {
  return 2 * (calls + 2 * handoffs + 3) + handoffs + 2;
}

/** A reply of the turn with the answers behind it. */
interface Step {
  reply: AiMessage;
  answers: ToolMessage[];
  request: Request | undefined;
}

/** What is wrong with a thread's state after a turn. */
export function checkThread(graph: Graph, { before, after, ending }: PlayedTurn): string[] {
  const { messages } = after;
  const question = [{ type: 'human' as const, id: '', content: 'And then?' }];
  const next = beginTurn(graph, { history: [], messages: question }, after).values.messages;
  const kept = messages.slice(0, before.messages.length);
  const ids = next.map(({ id }) => id);
  const open = openCalls(messages);
  const fromUser = next.slice(next.findIndex(({ type }) => type !== 'ai')); // a client may bring a greeting along
  return [
    ...[brokenForOpenAi, brokenForAnthropic, brokenForGemini].flatMap((broken) => broken(fromUser)),
    ...brokenAnswers(next),
    ...ids
      .filter((id, at) => !id || ids.indexOf(id) !== at)
      .map((id) => `message id "${id}" is empty or repeated`),
    ...(ending === 'crashed' || isDeepStrictEqual(kept, before.messages)
      ? []
      : ['the history did not only grow']),
    ...(isDeepStrictEqual(JSON.parse(JSON.stringify(after)), after) ? [] : ['the state is not plain JSON']),
    ...(ending === 'answer' && open.length > 0 ? [`an answered turn leaves calls ${open}`] : []),
    ...(graph.agents.includes(after.agent) ? [] : [`control is with ${after.agent}`]),
  ];
}

function openCalls(messages: Message[]): string[] {
  const answered = new Set(
    messages.flatMap((message) => (message.type === 'tool' ? [message.tool_call_id] : [])),
  );
  const asked = messages.flatMap((message) =>
    message.type === 'ai' ? message.tool_calls.map(({ id }) => id) : [],
  );
  return asked.filter((id) => !answered.has(id));
}

/** Exactly one answer per call, right behind the reply, in the order of the calls, under the call's name. */
function brokenAnswers(messages: Message[]): string[] {
  const broken: string[] = [];
  let answers = 0;
  messages.forEach((message, at) => {
    if (message.type !== 'ai') return;
    const behind = messages.slice(at + 1, at + 1 + message.tool_calls.length);
    answers += behind.length;
    const asked = message.tool_calls.map(({ id, name }) => `${name}#${id}`);
    const answered = behind.map((answer) =>
      answer.type === 'tool' ? `${answer.name}#${answer.tool_call_id}` : answer.type,
    );
    if (!isDeepStrictEqual(asked, answered)) broken.push(`calls ${asked} are answered by ${answered}`);
  });
  const all = messages.filter(({ type }) => type === 'tool').length;
  return all === answers ? broken : [...broken, `${answers} calls have ${all} answers`];
}

/** What is wrong with how a turn went. */
export function checkTurn(graph: Graph, turn: PlayedTurn): string[] {
  const steps = stepsOf(turn);
  return [
    ...checkEnding(graph, turn),
    ...checkReplies(graph, steps, turn),
    ...checkControl(graph, turn, steps),
    ...checkLimits(graph, turn, steps),
    ...checkEvents(turn, steps),
    ...checkApprovals(graph, turn),
  ];
}

function stepsOf({ before, after, requests }: PlayedTurn): Step[] {
  const added = after.messages.slice(before.messages.length);
  return added.flatMap((message, at): Step[] => {
    if (message.type !== 'ai') return [];
    const answers = added
      .slice(at + 1, at + 1 + message.tool_calls.length)
      .filter((answer) => answer.type === 'tool');
    const tag = message.response_metadata?.model_name;
    return [{ reply: message, answers, request: requests.findLast((request) => request.tag === tag) }];
  });
}

function checkEnding(graph: Graph, { ending, after }: PlayedTurn): string[] {
  if (ending !== 'answer') return [];
  const last = after.messages.at(-1);
  if (!after.done || last?.type !== 'ai' || last.tool_calls.length > 0)
    return ['the turn ended without an answer'];
  const { answer } = describeEnd(after, 1);
  const caller = after.callers.findLast(({ to }) => to === after.agent);
  const next = { stay: after.agent, caller: caller?.from, start: graph.start }[caller?.return ?? 'stay'];
  const withheld = last.response_metadata?.finish_reason === 'guard';
  return [
    ...(answer.content.trim() !== '' && answer.id === last.id ? [] : ['the answer says nothing']),
    ...(next === after.agent || withheld
      ? []
      : [`${after.agent} answers, and ${next} was to speak after it`]),
  ];
}

/** What a model said stands in the history, in its order; calls are dropped where nothing was offered that it could call. */
function checkReplies({ guards }: Graph, steps: Step[], { requests, events }: PlayedTurn): string[] {
  const heard = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('');
  const leaks =
    guards.includes(hiding) && heard.includes(secret) ? ['the user hears what a guard takes out'] : [];
  return steps.flatMap(({ reply: message, request }) => {
    if (message.response_metadata?.finish_reason === 'guard') return leaks;
    if (!request?.reply)
      return [`a reply that no model gave: ${message.response_metadata?.model_name} of ${requests.length}`];
    const { text, calls, invalidCalls } = request.reply;
    const args = message.tool_calls.map((call) => call.args);
    const wanted = calls.map((call) => wellFormed(call.args));
    const same =
      args.length === calls.length + invalidCalls.length &&
      isDeepStrictEqual(args.slice(0, calls.length), wanted);
    const dropped = request.tools.length === 0 && args.length === 0;
    const heardSo =
      guards.length > 0 || text.trim() === '' || message.content.trim() === text.toWellFormed().trim();
    return [
      ...leaks,
      ...(request.agent.name === message.name
        ? []
        : [`${request.agent.name} was asked and ${message.name} spoke`]),
      ...(same || dropped ? [] : [`the calls of ${message.id} are not what the model asked for`]),
      ...(heardSo ? [] : [`${message.id} does not say what the model said`]),
    ];
  });
}

/** Halves of surrogate pairs cannot be sent to a provider, so they may be replaced. */
function wellFormed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, item) =>
    typeof item === 'string' ? item.toWellFormed() : item,
  );
}

/** Control moves along edges, by their return, to `onLimit` when a limit is spent, and begins where it should. */
function checkControl(graph: Graph, { before }: PlayedTurn, steps: Step[]): string[] {
  const broken =
    steps[0] && steps[0].reply.name !== before.agent
      ? [`${steps[0].reply.name} began in place of ${before.agent}`]
      : [];
  const used = steps.flatMap((step) => transfersOf(step).map((to) => `${step.reply.name} > ${to}`));
  steps.forEach((step, at) => {
    const { reply } = step;
    const taken = transfersOf(step);
    if (taken.length > 1) broken.push(`one reply of ${reply.name} hands over ${taken.length} times`);
    for (const to of taken) {
      if (!graph.edges.some((edge) => edge.from === reply.name && edge.to === to))
        broken.push(`${reply.name} hands over to ${to} along no edge`);
    }
    const next = steps[at + 1]?.reply.name;
    if (next === undefined || next === graph.limits.onLimit) return;
    const returns = graph.edges
      .filter((edge) => edge.to === reply.name && used.includes(`${edge.from} > ${edge.to}`))
      .flatMap((edge) =>
        edge.return === 'caller' ? [edge.from] : edge.return === 'start' ? [graph.start] : [],
      );
    const may =
      taken.length > 0 ? taken : reply.tool_calls.length > 0 ? [reply.name] : [reply.name, ...returns];
    if (!may.includes(next)) broken.push(`control came from ${reply.name} to ${next}, and may go to ${may}`);
  });
  return broken;
}

/** The transfers of a step that were carried out: only the machine answers a transfer's call with success. */
function transfersOf({ answers }: Step): string[] {
  return answers
    .filter(({ name, status }) => name.startsWith('transfer_to_') && status === 'success')
    .map(({ name }) => name.slice('transfer_to_'.length));
}

/** Nothing is offered, and nothing carried out, beyond the limits; the reply that spends one is carried out whole. */
function checkLimits(graph: Graph, { after, ending }: PlayedTurn, steps: Step[]): string[] {
  const handoffs = steps.flatMap((step) => transfersOf(step).map((to) => `${step.reply.name} > ${to}`));
  const overused = graph.edges.filter(({ from, to, limit }) => {
    const times = handoffs.filter((used) => used === `${from} > ${to}`).length;
    return times > (limit ?? times);
  });
  return [
    ...steps.flatMap((step, at) => beyondLimits(graph, steps.slice(0, at), step)),
    ...(handoffs.length > graph.limits.handoffs
      ? [`${handoffs.length} handoffs of ${graph.limits.handoffs}`]
      : []),
    ...overused.map(({ from, to, limit }) => `${from} hands over to ${to} more than ${limit} times`),
    ...(ending === 'answer' && after.counts.handoffs !== handoffs.length
      ? [`${handoffs.length} handoffs are counted as ${after.counts.handoffs}`]
      : []),
    ...(after.counts.tokens < 0 ? [`${after.counts.tokens} tokens are counted`] : []),
  ];
}

function beyondLimits({ limits, edges }: Graph, before: Step[], { reply, request }: Step): string[] {
  const answers = before.flatMap((step) => step.answers);
  const calls = answers.filter(({ name }) => !name.startsWith('transfer_to_')).length;
  const tokens = before.reduce(
    (sum, step) => sum + Math.max(0, step.request?.reply?.usage.total_tokens ?? 0),
    0,
  );
  const seconds =
    (request?.secondsBefore ?? 0) - (before[0]?.request?.secondsBefore ?? request?.secondsBefore ?? 0);
  const handoffs = before.flatMap(transfersOf).length;
  const onlyAnswer = calls >= limits.calls || tokens >= limits.tokens || seconds >= limits.seconds;
  const offered = request?.tools ?? [];
  const transfers = offered.flatMap(({ transfer }) => transfer?.to ?? []);
  const usedUp = transfers.filter((to) => {
    const { limit } = edges.find((edge) => edge.from === reply.name && edge.to === to) ?? {};
    const times = before.filter(
      (step) => step.reply.name === reply.name && transfersOf(step).includes(to),
    ).length;
    return limit !== undefined && times >= limit;
  });
  return [
    ...(onlyAnswer && offered.length > 0
      ? [`${reply.name} is offered tools when only an answer is left`]
      : []),
    ...(onlyAnswer && reply.tool_calls.length > 0
      ? [`${reply.name} calls tools when only an answer is left`]
      : []),
    ...(handoffs >= limits.handoffs && transfers.length > 0
      ? [`${reply.name} is offered a handoff when none is left`]
      : []),
    ...usedUp.map((to) => `${reply.name} is offered a handoff to ${to} that is used up`),
  ];
}

/** Every answer is told once, and every call that is carried out began once. */
function checkEvents({ events, cut, ending }: PlayedTurn, steps: Step[]): string[] {
  if (cut || ending !== 'answer') return [];
  const told = events.flatMap((event) => {
    if (event.type === 'call-end') return [event.message.tool_call_id];
    return (event.type === 'handoff' || event.type === 'handoff-refused') && event.callId
      ? [event.callId]
      : [];
  });
  const answered = steps.flatMap(({ answers }) => answers.map((answer) => answer.tool_call_id));
  return isDeepStrictEqual(told.toSorted(), answered.toSorted())
    ? []
    : [`answers ${answered} are told as ${told}`];
}

/** A call of the `approve` list runs when a person let it, as that person let it; nobody is asked again about what was decided. */
function checkApprovals({ approve }: Graph, { answers, events, after }: PlayedTurn): string[] {
  const decided = new Map<string, ReturnType<typeof decisionIn>>();
  const broken: string[] = [];
  for (const { pending, decisions } of answers) {
    for (const { id } of pending) {
      if (decided.has(id)) broken.push(`a person is asked again about ${id}`);
      const decision = decisionIn(decisions[id]);
      if (decision) decided.set(id, decision);
    }
  }
  const asked = after.messages.flatMap((message) => (message.type === 'ai' ? message.tool_calls : []));
  for (const event of events) {
    if (event.type !== 'call-start' || !approve.includes(event.call.name)) continue;
    const { id, name, args } = event.call;
    const decision = decided.get(id);
    const wanted = decision?.args ?? asked.find((call) => call.id === id)?.args;
    if (!decision?.runs) broken.push(`${name} runs without a person's leave`);
    else if (!isDeepStrictEqual(args, wanted))
      broken.push(`${name} runs with other arguments than a person let through`);
  }
  return broken;
}

/** What a person said of a call; nothing when it is not a decision. */
function decisionIn(said: unknown): { runs: boolean; args?: unknown } | undefined {
  const { decision, args } =
    typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : { decision: said }; // JSON
  if (decision === 'accept') return { runs: true };
  if (decision === 'edit') return { runs: true, args };
  return decision === 'refuse' ? { runs: false } : undefined;
}
