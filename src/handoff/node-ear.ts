import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import type { TurnEvent } from '../turn-event.ts';
import type { StateUpdate } from './state.ts';

/**
 * Who hears at once what the nodes of a run do: in the config's `configurable.ear`. LangGraph's own stream would carry each token through
 * several queues.
 */
export interface NodeEar {
  /** What a node tells while it works. */
  tell(event: TurnEvent): void;
  /** A node is done, and this is what it hands in. Not called for one that an attempt before was done with. */
  stepped(node: string, update: StateUpdate): void;
}

/** Tells whoever runs the graph: its ear, or LangGraph's stream where it has none. */
export function tellOf({ configurable, writer }: LangGraphRunnableConfig): (event: TurnEvent) => void {
  const ear: NodeEar | undefined = configurable?.ear;
  return ear ? (event) => ear.tell(event) : (event) => writer?.(event);
}

/** Says what a node hands in. */
export function tellStep({ configurable }: LangGraphRunnableConfig, node: string, update: StateUpdate): void {
  const ear: NodeEar | undefined = configurable?.ear;
  ear?.stepped(node, update);
}
