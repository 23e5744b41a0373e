import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { type CallPlace, holdThread } from '../db/call-records.ts';
import { LostThreadError } from '../db/events.ts';
import { isUnavailable } from '../db/is-unavailable.ts';
import { errorMessage, ToolError } from '../errors.ts';
import type { Call, JsonObject, ToolMessage } from '../message.ts';
import type { TurnEvent } from '../turn-event.ts';
import { BudgetError } from '../usage/budget-error.ts';
import type { Tool, ToolContext, ToolResult } from './define-tool.ts';
import { endCall } from './end-call.ts';
import type { Machine } from './seat.ts';
import { openToolStore } from './tool-store.ts';

/** What the model reads, at most; the rest is cut, and the model is told so. */
const contentLimit = 100_000;

/** Where a call comes from. */
export interface ToolPlace {
  agent: string;
  /** The message that called. */
  messageId: string;
  /** What the graph's agents may search. */
  collections: readonly string[];
  config: LangGraphRunnableConfig;
  tell: (event: TurnEvent) => void;
  /** Where the call's result is recorded, of a tool that changes something. */
  record?: CallPlace;
}

/** Runs a tool. What goes wrong is a result that the model reads; only a cancelled turn, a spent budget and a database that is away throw. */
export async function runTool(
  machine: Machine,
  tool: Tool,
  call: Call,
  place: ToolPlace,
): Promise<ToolResult & Pick<ToolMessage, 'status'>> {
  const parsed = tool.parameters.safeParse(call.args);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { status: 'error', content: `The arguments do not fit. ${issues.join('; ')}.` };
  }
  const { signal = new AbortController().signal, configurable = {} } = place.config;
  const ids = {
    threadId: String(configurable.thread_id),
    runId: String(configurable.run_id),
    callId: call.id,
  };
  try {
    const result = await tool.run(parsed.data, {
      ...ids,
      agent: place.agent,
      collections: place.collections,
      callKey: place.record?.key ?? call.id,
      ...callerOf(place.config),
      commit: (work) => commit(machine, call, place.record, work),
      database: machine.database,
      embedder: machine.embedder,
      store: openToolStore(machine, signal),
      signal,
      say: (data) => place.tell({ type: 'custom', agent: place.agent, callId: call.id, data }),
    });
    return { status: 'success', ...bound(typeof result === 'string' ? { content: result } : result) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LostThreadError || error instanceof BudgetError) throw error;
    if (tool.changes === 'database' && isUnavailable(error)) throw error; // nothing was changed: whoever goes on does it again
    if (error instanceof ToolError) return { status: 'error', content: errorMessage(error) };
    machine.log.error({ err: error, ...ids, agent: place.agent, tool: tool.name }, 'a tool failed');
    return {
      status: 'error',
      content: `The tool ${tool.name} failed for a reason of its own. Trying the same again will not help.`,
    };
  }
}

/** What the tool changes and what it returns are saved together, or neither is: not once the thread is somebody else's. */
async function commit(
  { database }: Machine,
  call: Call,
  record: CallPlace | undefined,
  work: Parameters<ToolContext['commit']>[0],
): Promise<ToolResult> {
  return database.db.transaction().execute(async (trx) => {
    const returned = await work(trx);
    const result = bound(typeof returned === 'string' ? { content: returned } : returned);
    if (record) await holdThread(trx, record);
    if (record && !(await endCall(trx, call, record, { status: 'success', ...result }))) {
      throw new Error('The call was carried out elsewhere meanwhile: what it did here is taken back.');
    }
    return result;
  });
}

/** What the run's caller told the tools: see `RunConfig`. */
function callerOf({ configurable }: LangGraphRunnableConfig): {
  context: JsonObject;
  configurable: JsonObject;
} {
  const caller: Partial<ReturnType<typeof callerOf>> = configurable?.caller ?? {};
  return { context: caller.context ?? {}, configurable: caller.configurable ?? {} };
}

function bound(result: ToolResult): ToolResult {
  if (result.content.length <= contentLimit) return result;
  const cut = result.content.length - contentLimit;
  return {
    ...result,
    content: `${result.content.slice(0, contentLimit)}\n… ${cut} characters more were cut.`,
  };
}
