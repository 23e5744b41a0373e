import { randomUUID } from 'node:crypto';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import type { AiMessage, Call, Json, ToolMessage } from '../message.ts';
import type { TurnEvent } from '../turn-event.ts';
import { type Approvals, askApproval } from './ask-approval.ts';
import { unknownName } from './file-problem.ts';
import type { Edge, Graph } from './graph-file.ts';
import { runTool } from './run-tool.ts';
import { type Machine, type Seat, type SeatedGraph, seatOf } from './seat.ts';
import type { StateUpdate, StateValues, TurnCounts } from './state.ts';
import { briefSchema, transferName, transferTarget } from './transfer-tool.ts';
import { mustAnswer, spentLimits } from './turn-limits.ts';
import type { Transfer } from './what-agent-sees.ts';

type Tell = (event: TurnEvent) => void;

/** What answers one call: its message, and the handoff if the call was one that is carried out. */
interface Answer {
  message: ToolMessage;
  edge?: Edge;
}

/**
 * The node after a reply with calls: answers every one of them in the same step, in their order.
 *
 * Tools run in parallel. The first permitted transfer decides who is next; the others are answered with
 * why they were not carried out.
 */
export async function answerCalls(
  machine: Machine,
  seated: SeatedGraph,
  state: StateValues,
  config: LangGraphRunnableConfig,
): Promise<StateUpdate> {
  const reply = state.messages.at(-1) as AiMessage; // the graph comes here only from a reply with calls
  const tell: Tell = (event) => config.writer?.(event);
  const seat = seatOf(seated, reply.name);
  const approvals = askApproval(seated.graph, reply);

  const transfers = decideTransfers(seated, seat, reply, state.counts, tell);
  const answers = await Promise.all(
    reply.tool_calls.map(
      (call) => transfers.get(call.id) ?? answerCall(machine, seat, reply, call, approvals, config, tell),
    ),
  );

  const edge = answers.find((answer) => answer.edge)?.edge;
  const tools = reply.tool_calls.length - transfers.size;
  const counts = {
    ...state.counts,
    calls: state.counts.calls + tools,
    handoffs: state.counts.handoffs + (edge ? 1 : 0),
  };
  const moved = edge ? moveAlong(edge, state) : {};
  return {
    messages: answers.map(({ message }) => message),
    counts,
    ...moved,
    ...stopAtLimit(seated.graph, moved.agent ?? reply.name, counts, transfers.size > 0 && !edge, tell),
  };
}

/** One answer for each transfer call of the reply; only the first that is permitted has an edge. */
function decideTransfers(
  seated: SeatedGraph,
  seat: Seat,
  reply: AiMessage,
  counts: TurnCounts,
  tell: Tell,
): Map<string, Answer> {
  const answers = new Map<string, Answer>();
  let taken: Edge | undefined;
  for (const call of reply.tool_calls) {
    const to = transferTarget(call.name);
    if (to === undefined || seat.tools.some(({ name }) => name === call.name)) continue;
    const edge = seat.edges.find((candidate) => candidate.to === to);
    const refusal = refuse(seated.graph, seat, reply, call, { to, edge, taken, counts });
    if (refusal === undefined && edge) {
      taken = edge;
      answers.set(call.id, accept(seat, call, edge, tell));
    } else {
      tell({ type: 'handoff-refused', from: reply.name, to, reason: refusal ?? '', callId: call.id });
      answers.set(call.id, { message: toolMessage(call, refusal ?? '', 'error') });
    }
  }
  return answers;
}

/** Why a transfer is not carried out; nothing when it is. */
function refuse(
  graph: Graph,
  { edges }: Seat,
  reply: AiMessage,
  call: Call,
  {
    to,
    edge,
    taken,
    counts,
  }: { to: string; edge: Edge | undefined; taken: Edge | undefined; counts: TurnCounts },
): string | undefined {
  if (!edge)
    return unknownName(
      'transfer',
      transferName(to),
      edges.map((known) => transferName(known.to)),
    );
  if (taken) return `Not carried out: one reply hands over once, and the conversation went to ${taken.to}.`;
  if (counts.handoffs >= graph.limits.handoffs)
    return `Not carried out: this turn has used its ${graph.limits.handoffs} handoffs.`;
  const malformed = reply.invalid_tool_calls?.find(({ id }) => id === call.id);
  if (malformed)
    return `Not carried out: the brief is not JSON (${malformed.error}). Call again with valid JSON.`;
  const brief = briefSchema(edge).safeParse(call.args);
  if (brief.success) return undefined;
  return `Not carried out: the brief is not complete. ${brief.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}. Call again with the whole brief.`;
}

function accept(seat: Seat, call: Call, edge: Edge, tell: Tell): Answer {
  const brief = briefSchema(edge).parse(call.args) as Transfer['brief']; // fields of JSON types only
  const transfer: Transfer = { from: seat.agent.name, to: edge.to, brief };
  tell({ type: 'handoff', from: edge.from, to: edge.to, brief, callId: call.id });
  return {
    edge,
    message: toolMessage(call, `The conversation is now with ${edge.to}.`, 'success', {
      transfer: transfer as unknown as Json,
    }),
  }; // Transfer is JSON
}

async function answerCall(
  machine: Machine,
  seat: Seat,
  reply: AiMessage,
  call: Call,
  approvals: Approvals,
  config: LangGraphRunnableConfig,
  tell: Tell,
): Promise<Answer> {
  const { args, refusal } = approvals.get(call.id) ?? { args: call.args };
  const malformed = reply.invalid_tool_calls?.find(({ id }) => id === call.id);
  const tool = seat.tools.find(({ name }) => name === call.name);
  if (!tool)
    return refused(
      unknownName('tool', call.name, [
        ...seat.tools.map(({ name }) => name),
        ...seat.edges.map(({ to }) => transferName(to)),
      ]),
    );
  if (malformed)
    return refused(`The arguments are not JSON (${malformed.error}). Call again with valid JSON.`);
  if (refusal !== undefined) return refused(refusal);

  const asked = { ...call, args };
  tell({ type: 'call-start', agent: reply.name, call: asked });
  const started = performance.now();
  const result = await runTool(machine, tool, asked, { agent: reply.name, config, tell });
  const message = toolMessage(call, result.content, result.status, result.artifact);
  tell({
    type: 'call-end',
    agent: reply.name,
    message,
    milliseconds: Math.round(performance.now() - started),
  });
  return { message };

  function refused(reason: string): Answer {
    const message = toolMessage(call, reason, 'error');
    tell({ type: 'call-end', agent: reply.name, message, milliseconds: 0 });
    return { message };
  }
}

function moveAlong(edge: Edge, { callers }: StateValues): StateUpdate {
  return { agent: edge.to, callers: [...callers, { from: edge.from, to: edge.to, return: edge.return }] };
}

/** Where a limit is spent, the graph's `onLimit` agent speaks next; spent handoffs alone matter only when one more was `wanted`. */
function stopAtLimit(
  graph: Graph,
  speaker: string,
  counts: TurnCounts,
  wanted: boolean,
  tell: Tell,
): StateUpdate {
  const { onLimit } = graph.limits;
  const spent = spentLimits(counts, graph.limits, Date.now());
  if (!onLimit || onLimit === speaker || !(mustAnswer(spent) || (wanted && spent.has('handoffs')))) return {};
  tell({ type: 'handoff', from: speaker, to: onLimit, brief: { limit: [...spent].join(', ') } });
  return { agent: onLimit, callers: [] };
}

function toolMessage(
  call: Call,
  content: string,
  status: ToolMessage['status'],
  artifact?: Json,
): ToolMessage {
  return {
    type: 'tool',
    id: randomUUID(),
    name: call.name,
    content,
    tool_call_id: call.id,
    status,
    ...(artifact !== undefined && { artifact }),
  };
}
