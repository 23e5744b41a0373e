import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import type { AiMessage } from '../message.ts';
import { answerCall } from './answer-call.ts';
import type { GuardRun } from './apply-guards.ts';
import { askApproval } from './ask-approval.ts';
import { decideTransfers } from './decide-transfers.ts';
import type { Edge } from './graph-file.ts';
import { tellOf } from './node-ear.ts';
import { type Machine, type SeatedGraph, seatOf } from './seat.ts';
import type { StateUpdate, StateValues, TurnCounts } from './state.ts';
import { countRepair, type TurnCourse } from './turn-course.ts';
import { mustAnswer, spentLimits } from './turn-limits.ts';

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
  const seat = seatOf(seated, reply.name);
  const signal = config.signal ?? new AbortController().signal;
  const run: GuardRun = { machine, seated, signal, tell: tellOf(config) };
  const { approvals, said } = askApproval(seated.graph, reply, config);

  const { answers, taken, overLimit, course } = await decideTransfers(run, seat, reply, state);
  const asked = reply.tool_calls.filter(({ id }) => !answers.has(id));
  const context = { reply, seat, state, approvals, config };
  const results = await Promise.all(asked.map((call) => answerCall(run, call, context)));
  for (const { message } of results) answers.set(message.tool_call_id, message);

  const loops = results.filter(({ looped }) => looped).length;
  const counts = {
    ...state.counts,
    calls: state.counts.calls + reply.tool_calls.length - (taken ? 1 : 0), // refused ones too: a turn has to end
    handoffs: state.counts.handoffs + (taken ? 1 : 0),
  };
  const update = {
    messages: [...reply.tool_calls.flatMap(({ id }) => answers.get(id) ?? []), ...said],
    counts,
    course: Array.from({ length: loops }).reduce<TurnCourse>((sum) => countRepair(sum, 'loop'), course),
    ...(taken && moveAlong(taken, state)),
  };
  const speaker = taken?.to ?? reply.name;
  return { ...update, ...stopAtLimit(run, speaker, counts, update.course, overLimit && !taken) };
}

function moveAlong(edge: Edge, { callers }: StateValues): Pick<StateValues, 'agent' | 'callers'> {
  return { agent: edge.to, callers: [...callers, { from: edge.from, to: edge.to, return: edge.return }] };
}

/** Where a limit is spent, the graph's `onLimit` agent speaks next; spent handoffs alone matter only when one more was `wanted`. */
function stopAtLimit(
  { seated: { graph }, tell }: GuardRun,
  speaker: string,
  counts: TurnCounts,
  course: TurnCourse,
  wanted: boolean,
): StateUpdate {
  const { onLimit } = graph.limits;
  const spent = spentLimits(counts, graph.limits, Date.now());
  const stopped = mustAnswer(spent) || (wanted && spent.has('handoffs'));
  if (!onLimit || onLimit === speaker || !stopped) return {};
  const limit = [...spent].join(', ');
  tell({ type: 'repair', agent: speaker, repair: 'limit', reason: `the limit of ${limit} is spent.` });
  tell({ type: 'handoff', from: speaker, to: onLimit, brief: { limit } });
  return { agent: onLimit, callers: [], course: countRepair(course, 'limit') };
}
