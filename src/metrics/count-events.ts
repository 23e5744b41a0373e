import type { AiMessage, Json } from '../message.ts';
import type { TurnEvent } from '../turn-event.ts';
import type { Metrics } from './open-metrics.ts';

/** Counts what a batch of events says, once it is written: what agents, models and tools did. */
export function countEvents(metrics: Metrics, batch: TurnEvent[]): void {
  metrics.batches.observe(batch.length);
  for (const event of batch) {
    metrics.events.inc({ type: event.type });
    if (event.type === 'step-end') for (const reply of repliesIn(event.update)) countReply(metrics, reply);
    if (event.type === 'call-end') {
      const { name, status } = event.message;
      metrics.toolCalls.observe({ tool: metrics.toolNames(name), status }, event.milliseconds / 1_000);
    }
    if (event.type === 'handoff') metrics.handoffs.inc({ from: event.from, to: event.to });
    if (event.type === 'repair') metrics.repairs.inc({ repair: event.repair });
  }
}

function countReply(metrics: Metrics, { name: agent, usage_metadata, response_metadata }: AiMessage): void {
  const model = metrics.modelNames(String(response_metadata?.model_name ?? 'unknown'));
  metrics.modelCalls.inc({ agent, model });
  if (!usage_metadata) return;
  metrics.modelTokens.inc({ agent, model, direction: 'input' }, usage_metadata.input_tokens);
  metrics.modelTokens.inc({ agent, model, direction: 'output' }, usage_metadata.output_tokens);
}

/** The replies of models among the messages that a step added. */
function repliesIn({ messages }: { messages?: Json }): AiMessage[] {
  if (!Array.isArray(messages)) return [];
  const added = messages as unknown as { type?: string }[]; // a step's update adds messages
  return added.filter((message): message is AiMessage => message?.type === 'ai');
}
