import type { Logger } from 'pino';
import { ModelError } from '../model/chat-model.ts';
import type { PrepareContext } from './define-tool.ts';
import type { GraphShelf } from './graph-shelf.ts';

/**
 * Makes ready every tool that a graph on the shelf uses, one after the other. A provider that cannot be
 * reached is logged and does not keep the service from starting: the next start makes up for it.
 */
export async function prepareTools(graphs: GraphShelf, log: Logger, context: PrepareContext): Promise<void> {
  const seats = graphs.list().flatMap((graph) => [...graph.seats.values()]);
  const tools = new Set(seats.flatMap((seat) => seat.tools));
  for (const tool of tools) {
    try {
      await tool.prepare?.(context);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      log.warn({ err: error, tool: tool.name }, 'a tool is not wholly ready: its provider gives no answer');
    }
  }
}
