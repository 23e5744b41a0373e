import { z } from 'zod';
import type { Run } from '../../db/runs.ts';
import { conversationIdOf, responseIdOf } from './response-ids.ts';

/** What a response says of itself from its first event to its last. */
export type ResponseHead = ReturnType<typeof responseHead>;

/** What the request asked, as its run keeps it. Runs that other doors started asked nothing of the kind. */
const askedSchema = z.object({
  background: z.boolean().catch(false),
  store: z.boolean().catch(true),
  instructions: z.string().nullable().catch(null),
  previous_response_id: z.string().nullable().catch(null),
  conversation: z.string().nullable().catch(null),
});

/** What a head is made of. */
export type HeadedRun = Pick<Run, 'run_id' | 'thread_id' | 'graph' | 'kwargs' | 'metadata' | 'created_at'>;

/** The head of a run's response: a function of what never changes about the run. */
export function responseHead(run: HeadedRun) {
  const { background, store, instructions, previous_response_id, conversation } = askedOf(run);
  return {
    id: responseIdOf(run.run_id),
    object: 'response' as const,
    created_at: Math.floor(run.created_at.getTime() / 1000),
    model: run.graph,
    background,
    instructions,
    metadata: run.metadata,
    previous_response_id,
    conversation: conversation === null ? null : { id: conversationIdOf(run.thread_id) },
    store,
    // what agents and graphs decide, and a request does not
    max_output_tokens: null,
    max_tool_calls: null,
    parallel_tool_calls: true,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    temperature: null,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: null,
    truncation: 'disabled',
  };
}

export function askedOf(run: Pick<Run, 'kwargs'>): z.output<typeof askedSchema> {
  return askedSchema.parse(run.kwargs);
}
