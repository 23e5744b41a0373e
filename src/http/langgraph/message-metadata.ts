import type { JsonObject } from '../../message.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import { assistantIdOf } from './assistant.ts';
import type { RunView } from './run-view.ts';

/** Where a message comes from, under the names that LangGraph's clients read. */
export function messageMetadata(event: LoggedEvent, { graph }: RunView, node: string): JsonObject {
  return {
    langgraph_node: node,
    ...('step' in event && { langgraph_step: event.step }),
    langgraph_checkpoint_ns: '',
    run_id: event.runId,
    thread_id: event.threadId,
    graph_id: graph,
    assistant_id: assistantIdOf(graph),
    tags: [],
  };
}
