import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { errorMessage, ToolError } from '../errors.ts';
import type { Call, ToolMessage } from '../message.ts';
import type { TurnEvent } from '../turn-event.ts';
import type { Tool, ToolResult } from './define-tool.ts';
import type { Machine } from './seat.ts';

/** What the model reads, at most; the rest is cut, and the model is told so. */
const contentLimit = 100_000;

interface Place {
  agent: string;
  config: LangGraphRunnableConfig;
  tell: (event: TurnEvent) => void;
}

/** Runs a tool. What goes wrong is a result that the model reads; only a cancelled turn throws. */
export async function runTool(
  machine: Machine,
  tool: Tool,
  call: Call,
  place: Place,
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
      database: machine.database,
      embedder: machine.embedder,
      signal,
      say: (data) => place.tell({ type: 'custom', agent: place.agent, data }),
    });
    return { status: 'success', ...bound(typeof result === 'string' ? { content: result } : result) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ToolError) return { status: 'error', content: errorMessage(error) };
    machine.log.error({ err: error, ...ids, agent: place.agent, tool: tool.name }, 'a tool failed');
    return {
      status: 'error',
      content: `The tool ${tool.name} failed for a reason of its own. Trying the same again will not help.`,
    };
  }
}

function bound(result: ToolResult): ToolResult {
  if (result.content.length <= contentLimit) return result;
  const cut = result.content.length - contentLimit;
  return {
    ...result,
    content: `${result.content.slice(0, contentLimit)}\n… ${cut} characters more were cut.`,
  };
}
