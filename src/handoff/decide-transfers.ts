import { createHash } from 'node:crypto';
import type { AiMessage, Call, Json, Message } from '../message.ts';
import type { TurnEvent } from '../turn-event.ts';
import { unknownName } from '../yaml/file-problem.ts';
import { applyGuards, type GuardRun } from './apply-guards.ts';
import type { Edge } from './graph-file.ts';
import { guardInput } from './guard-input.ts';
import { type Seat, seatOf } from './seat.ts';
import { type StateValues, turnMessages } from './state.ts';
import { summarize } from './summarize.ts';
import { toolMessage } from './tool-message.ts';
import { type Transfer, transferIn } from './transfer.ts';
import { briefSchema, transferName, transferTarget } from './transfer-tool.ts';
import { closeEdge, countRepair, edgeName, type Repair, type TurnCourse } from './turn-course.ts';

/** What became of the transfer calls of a reply. */
export interface Transfers {
  /** One answer for each transfer call, by its id. */
  answers: Map<string, ReturnType<typeof toolMessage>>;
  /** The edge on which control moves, if it does. */
  taken: Edge | undefined;
  /** Whether a handoff was wanted that the limits do not allow. */
  overLimit: boolean;
  course: TurnCourse;
}

/** A transfer that is not carried out: what the model reads, and what follows from it. */
interface Refusal {
  reason: string;
  repair?: Repair;
  /** Close the edge until the next turn. */
  close?: boolean;
}

/** The first transfer of a reply that is permitted is carried out; every other is answered with why it is not. */
export async function decideTransfers(
  run: GuardRun,
  seat: Seat,
  reply: AiMessage,
  state: StateValues,
): Promise<Transfers> {
  const decided: Transfers = { answers: new Map(), taken: undefined, overLimit: false, course: state.course };
  for (const call of reply.tool_calls.filter((asked) => isTransfer(seat, asked))) {
    const edge = seat.edges.find(({ to }) => to === transferTarget(call.name));
    const refusal = refuse(run, seat, reply, call, { edge, state, decided });
    const transfer = refusal ?? (edge && (await guardBrief(run, edge, call)));
    if (edge && transfer && 'brief' in transfer)
      await carryOut(run, call, edge, transfer, { state, decided });
    else if (transfer && 'reason' in transfer)
      refuseCall(run.tell, reply, call, { edge, refusal: transfer, decided });
  }
  return decided;
}

function isTransfer({ tools }: Seat, { name }: Call): boolean {
  return transferTarget(name) !== undefined && !tools.some((tool) => tool.name === name);
}

/** Why a transfer is not carried out; nothing when it is. */
function refuse(
  { seated: { graph } }: GuardRun,
  { edges }: Seat,
  reply: AiMessage,
  call: Call,
  { edge, state, decided }: { edge: Edge | undefined; state: StateValues; decided: Transfers },
): Refusal | undefined {
  if (!edge)
    return {
      reason: unknownName(
        'transfer',
        call.name,
        edges.map(({ to }) => transferName(to)),
      ),
    };
  const { course, taken } = decided;
  if (taken) return { reason: `one reply hands over once, and the conversation went to ${taken.to}.` };
  const closed = course.closed[edgeName(edge)];
  if (closed !== undefined) return { reason: closed };
  if (state.counts.handoffs >= graph.limits.handoffs) {
    decided.overLimit = true;
    return { reason: `this turn has used its ${graph.limits.handoffs} handoffs.`, repair: 'limit' };
  }
  if (edge.limit !== undefined && (course.used[edgeName(edge)] ?? 0) >= edge.limit) {
    return {
      reason: `this turn has handed over to ${edge.to} ${edge.limit} times.`,
      repair: 'limit',
      close: true,
    };
  }
  return refuseBrief(edge, reply, call, course) ?? refuseLoop(edge, call, state);
}

/** A brief that does not fit is asked for once more; the second time, the edge is closed. */
function refuseBrief(edge: Edge, reply: AiMessage, call: Call, course: TurnCourse): Refusal | undefined {
  const malformed = reply.invalid_tool_calls?.find(({ id }) => id === call.id);
  const brief = briefSchema(edge).safeParse(call.args);
  if (!malformed && brief.success) return undefined;
  const issues = brief.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  const wrong = malformed
    ? `the brief is not JSON (${malformed.error}).`
    : `the brief is not complete. ${issues.join('; ')}.`;
  if (course.refused[edgeName(edge)])
    return { reason: `${wrong} It was refused before.`, repair: 'brief', close: true };
  return { reason: `${wrong} Call again with the whole brief.`, repair: 'brief' };
}

/** The same handoff with the same brief, while nothing was found out in between, goes round in a circle. */
function refuseLoop(edge: Edge, call: Call, state: StateValues): Refusal | undefined {
  const { seen } = state.course;
  if (seen.length === 0 || !seen.includes(fingerprint(edge, call, state.messages))) return undefined;
  const reason = `the conversation went to ${edge.to} with the same brief before, and nothing new is known since.`;
  return { reason, repair: 'loop', close: true };
}

function fingerprint(edge: Edge, { args }: Call, messages: Message[]): string {
  const results = turnMessages(messages).filter(
    (message) => message.type === 'tool' && message.status === 'success' && !transferIn(message),
  );
  const known = new Set(results.map(({ content }) => content)).size;
  const text = JSON.stringify([edge.from, edge.to, Object.entries(args).sort(), known]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The brief as it crosses the edge: every text of it has passed the guards. */
async function guardBrief(run: GuardRun, edge: Edge, call: Call): Promise<Transfer | Refusal> {
  const brief = briefSchema(edge).parse(call.args) as Transfer['brief']; // fields of JSON types only
  for (const [field, value] of Object.entries(brief)) {
    if (typeof value !== 'string') continue;
    const guarded = await applyGuards(run, 'brief', edge.from, value);
    if (guarded.blocked !== undefined)
      return { reason: `${field} may not be handed over: ${guarded.blocked}` };
    brief[field] = guarded.text;
  }
  return { from: edge.from, to: edge.to, brief };
}

function refuseCall(
  tell: (event: TurnEvent) => void,
  { name: from }: AiMessage,
  call: Call,
  { edge, refusal, decided }: { edge: Edge | undefined; refusal: Refusal; decided: Transfers },
): void {
  const { reason, repair, close } = refusal;
  tell({ type: 'handoff-refused', from, to: transferTarget(call.name) ?? '', reason, callId: call.id });
  decided.answers.set(call.id, toolMessage(call, edge ? `Not carried out: ${reason}` : reason, 'error'));
  if (!repair) return;
  tell({ type: 'repair', agent: from, repair, reason });
  const course = countRepair(decided.course, repair);
  decided.course = edge && repair === 'brief' ? countRefusal(course, edge) : course;
  if (edge && close) decided.course = closeEdge(decided.course, edge, reason);
}

function countRefusal(course: TurnCourse, edge: Edge): TurnCourse {
  const name = edgeName(edge);
  return { ...course, refused: { ...course.refused, [name]: (course.refused[name] ?? 0) + 1 } };
}

/** The summary for whoever takes over: of what the guards let agents see, and itself a text that crosses the edge. */
async function sumUp(run: GuardRun, edge: Edge, messages: Message[]): Promise<string> {
  const seen = await guardInput({ ...run, tell: () => undefined }, edge.from, messages);
  const summary = await summarize(run, seatOf(run.seated, edge.to), seen.messages);
  const { text, blocked } = await applyGuards(run, 'brief', edge.from, summary);
  return blocked === undefined ? text : `(withheld: ${blocked})`;
}

async function carryOut(
  run: GuardRun,
  call: Call,
  edge: Edge,
  transfer: Transfer,
  { state, decided }: { state: StateValues; decided: Transfers },
): Promise<void> {
  const summary = edge.context.show === 'summary' ? await sumUp(run, edge, state.messages) : undefined;
  const crossing = summary === undefined ? transfer : { ...transfer, summary };
  const { course } = decided;
  run.tell({ type: 'handoff', from: edge.from, to: edge.to, brief: transfer.brief, callId: call.id });
  decided.taken = edge;
  decided.course = {
    ...course,
    used: { ...course.used, [edgeName(edge)]: (course.used[edgeName(edge)] ?? 0) + 1 },
    seen: [...course.seen, fingerprint(edge, call, state.messages)],
  };
  const artifact = { transfer: crossing as unknown as Json }; // a Transfer is JSON
  decided.answers.set(
    call.id,
    toolMessage(call, `The conversation is now with ${edge.to}.`, 'success', artifact),
  );
}
