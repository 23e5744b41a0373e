import type { Usage } from '../../message.ts';
import type { LoggedEvent, TurnError } from '../../turn-event.ts';
import { type BatonExtension, extensionOf } from './completion.ts';

/** What becomes of a response. */
export interface Outcome {
  status: 'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled';
  /** Seconds since 1970. */
  completed_at: number | null;
  error: { code: string; message: string } | null;
  incomplete_details: { reason: string } | null;
  usage: object | null;
  baton?: BatonExtension;
}

export type Ended = Extract<LoggedEvent, { type: 'turn-end' | 'interrupted' }>;

export const nothingYet = { completed_at: null, error: null, incomplete_details: null, usage: null };

/** Of a turn that came to its end, or waits for a person. `threadId` is null where it is not kept. */
export function outcomeOfEnd(event: Ended, threadId: string | null, asksNobody: boolean): Outcome {
  const baton = extensionOf({ threadId, runId: event.runId }, event);
  if (asksNobody) {
    // it stopped before or after a node, and there is nothing to decide
    return { ...nothingYet, status: 'incomplete', incomplete_details: { reason: 'interrupted' }, baton };
  }
  const usage = event.type === 'turn-end' ? wireUsage(event.usage) : null;
  return { ...nothingYet, status: 'completed', completed_at: Math.floor(event.at / 1000), usage, baton };
}

export function outcomeOfFailure({ error, message }: TurnError): Outcome {
  if (error === 'cancelled') return { ...nothingYet, status: 'cancelled' };
  const code = error === 'budget' ? 'insufficient_quota' : 'server_error';
  return { ...nothingYet, status: 'failed', error: { code, message } };
}

function wireUsage(usage: Usage): object {
  return {
    input_tokens: usage.input_tokens,
    input_tokens_details: { cached_tokens: usage.input_token_details?.cache_read ?? 0 },
    output_tokens: usage.output_tokens,
    output_tokens_details: { reasoning_tokens: usage.output_token_details?.reasoning ?? 0 },
    total_tokens: usage.total_tokens,
  };
}
