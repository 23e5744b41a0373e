import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import type { RecordedResult } from '../db/call-records.ts';
import type { AiMessage, Call, Message, ToolMessage } from '../message.ts';
import { unknownName } from '../yaml/file-problem.ts';
import { applyGuards, type GuardRun } from './apply-guards.ts';
import type { Approvals } from './ask-approval.ts';
import { guardPassages } from './citations/guard-passages.ts';
import type { Tool } from './define-tool.ts';
import { runOnce } from './run-once.ts';
import type { Seat } from './seat.ts';
import { type StateValues, turnMessages } from './state.ts';
import { toolMessage } from './tool-message.ts';
import { transferName } from './transfer-tool.ts';

/** The same call with the same result so often goes round in a circle. */
const circles = 3;

interface CallContext {
  reply: AiMessage;
  seat: Seat;
  state: StateValues;
  approvals: Approvals;
  config: LangGraphRunnableConfig;
}

/** Answers one call of a tool: with its result, or with why it is not carried out. */
export async function answerCall(
  run: GuardRun,
  call: Call,
  { reply, seat, state, approvals, config }: CallContext,
): Promise<{ message: ToolMessage; looped?: boolean }> {
  const { args, refusal } = approvals.get(call.id) ?? { args: call.args };
  const tool = seat.tools.find(({ name }) => name === call.name);
  const malformed = reply.invalid_tool_calls?.find(({ id }) => id === call.id);
  const looped = isCircle(call, state.messages);
  if (!tool) return refuse(unknownName('tool', call.name, namesAt(seat)));
  if (malformed)
    return refuse(`The arguments are not JSON (${malformed.error}). Call again with valid JSON.`);
  if (refusal !== undefined) return refuse(refusal);
  if (looped) {
    const reason = `Not carried out: this call returned the same ${circles} times in this turn. Use what it returned, or try something else.`;
    run.tell({ type: 'repair', agent: reply.name, repair: 'loop', reason });
    return { ...refuse(reason), looped };
  }

  const asked = { ...call, args };
  const { tell } = run;
  tell({ type: 'call-start', agent: reply.name, call: asked });
  const started = performance.now();
  const { knowledge: collections } = run.seated.graph;
  const place = { agent: reply.name, messageId: reply.id, collections, config, tell };
  const result = await runOnce(run.machine, tool, asked, place);
  const guarded = await applyGuards(run, 'result', reply.name, result.content);
  const edited = args !== call.args;
  const answer = await guardedMessage(run, { agent: reply.name, call, tool }, result, guarded);
  const told = `A person changed the arguments to ${JSON.stringify(args)}. ${answer.content}`;
  const message = edited ? { ...answer, content: told, args } : answer;
  const milliseconds = Math.round(performance.now() - started);
  tell({ type: 'call-end', agent: reply.name, message, milliseconds });
  return { message };

  function refuse(reason: string): { message: ToolMessage } {
    const message = toolMessage(call, reason, 'error');
    run.tell({ type: 'call-end', agent: reply.name, message, milliseconds: 0 });
    return { message };
  }
}

/** The data beside a text that a guard changed still holds what was taken out, so it goes as well; passages stay, as they are shown. */
async function guardedMessage(
  run: GuardRun,
  { agent, call, tool }: { agent: string; call: Call; tool: Tool },
  result: RecordedResult,
  { text, blocked }: { text: string; blocked?: string },
): Promise<ToolMessage> {
  if (blocked !== undefined) return toolMessage(call, `The result is withheld: ${blocked}`, 'error');
  if (text === result.content) return toolMessage(call, text, result.status, result.artifact);
  const passages = tool.findsPassages && (await guardPassages(run, agent, result.artifact, text));
  return toolMessage(call, text, result.status, passages);
}

/** Whether the turn has this very call answered with one and the same result often enough. */
function isCircle(call: Call, messages: Message[]): boolean {
  const turn = turnMessages(messages);
  const same = turn.flatMap((message) =>
    message.type === 'ai'
      ? message.tool_calls.filter(
          ({ id, name, args }) => id !== call.id && name === call.name && isEqual(args, call.args),
        )
      : [],
  );
  const ids = new Set(same.map(({ id }) => id));
  const results = turn.flatMap((message) =>
    message.type === 'tool' && ids.has(message.tool_call_id) ? [message.content] : [],
  );
  return results.length >= circles && new Set(results.slice(-circles)).size === 1;
}

function isEqual(a: object, b: object): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}

function namesAt({ tools, edges }: Seat): string[] {
  return [...tools.map(({ name }) => name), ...edges.map(({ to }) => transferName(to))];
}
