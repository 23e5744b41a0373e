import type { Logger } from 'pino';
import { ModelError } from '../model/chat-model.ts';
import type { PrepareContext, Tool } from './define-tool.ts';

/**
 * Makes tools ready, one after the other. A provider that cannot be reached is logged and does not keep the
 * service from starting: the next start makes up for it.
 */
export async function prepareTools(tools: Tool[], log: Logger, context: PrepareContext): Promise<void> {
  for (const tool of tools) {
    try {
      await tool.prepare?.(context);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      log.warn({ err: error, tool: tool.name }, 'a tool is not wholly ready: its provider gives no answer');
    }
  }
}
