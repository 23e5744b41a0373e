import type { JsonObject, Message } from '../../message.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import { assistantIdOf } from './assistant.ts';
import type { RunView } from './run-view.ts';

/** Where a message comes from, under the names that LangGraph's clients read. */
export function messageMetadata(event: LoggedEvent, { graph, task }: RunView, node: string): JsonObject {
  return {
    langgraph_node: node,
    ...(task && { langgraph_step: task.step }),
    langgraph_checkpoint_ns: '',
    run_id: event.runId,
    thread_id: event.threadId,
    graph_id: graph,
    assistant_id: assistantIdOf(graph),
    tags: [],
  };
}

/** The node that added a message: the input of a turn is no node's work. */
export function nodeOf(event: LoggedEvent, message: Message): string {
  if (event.type === 'step-end') return event.node;
  const isInput = event.type !== 'turn-start' || event.input.some(({ id }) => id === message.id);
  if (isInput || message.type === 'human' || message.type === 'system') return '__start__';
  return message.type === 'ai' ? message.name : 'tools';
}
