import type { JsonObject } from '../../message.ts';
import type { RunConfig } from '../../turn/turn-request.ts';

/** What a request for a run says about how it is carried out. */
export interface AskedConfig {
  config?: SaidConfig | null | undefined;
  context?: JsonObject | null | undefined;
  durability?: RunConfig['durability'] | null | undefined;
  interrupt_before?: RunConfig['interruptBefore'] | null | undefined;
  interrupt_after?: RunConfig['interruptAfter'] | null | undefined;
}

interface SaidConfig {
  tags?: string[] | null | undefined;
  recursion_limit?: number | null | undefined;
  configurable?: JsonObject | null | undefined;
}

/**
 * How a run is carried out: what the request says stands above what its assistant says, key by key in `configurable`
 * and `context`.
 */
export function mergeRunConfig(
  assistant: { config: JsonObject; context: JsonObject },
  request: AskedConfig,
): RunConfig {
  const own: SaidConfig = assistant.config; // checked when the assistant was made
  const asked = request.config ?? {};
  const configurable = { ...own.configurable, ...asked.configurable };
  const context = { ...assistant.context, ...request.context };
  const tags = asked.tags ?? own.tags;
  const recursionLimit = asked.recursion_limit ?? own.recursion_limit;
  return {
    ...(recursionLimit && { recursionLimit }),
    ...(tags && { tags }),
    ...(Object.keys(configurable).length > 0 && { configurable }),
    ...(Object.keys(context).length > 0 && { context }),
    ...(request.durability && { durability: request.durability }),
    ...(request.interrupt_before && { interruptBefore: request.interrupt_before }),
    ...(request.interrupt_after && { interruptAfter: request.interrupt_after }),
  };
}

/** A run's metadata: the assistant's below the request's, without what is only said of a graph's own assistant. */
export function mergeRunMetadata(
  assistant: { metadata: JsonObject },
  request: { metadata?: JsonObject | null | undefined },
): JsonObject {
  const { created_by, graph_version: _version, ...rest } = assistant.metadata;
  const kept = created_by === 'system' ? rest : assistant.metadata;
  return { ...kept, ...request.metadata };
}
