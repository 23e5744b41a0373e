import { interrupt } from '@langchain/langgraph';
import { z } from 'zod';
import type { AiMessage, Call, JsonObject } from '../message.ts';
import type { Graph } from './graph-file.ts';

/** By call id: the arguments to use, or why the call is not carried out. */
export type Approvals = Map<string, { args: JsonObject; refusal?: string }>;

const decisionSchema = z.union([
  z.enum(['accept', 'refuse']).transform((decision) => ({ decision }) as const),
  z.object({ decision: z.literal('accept') }),
  z.object({ decision: z.literal('edit'), args: z.record(z.string(), z.json()) }),
  z.object({ decision: z.literal('refuse'), reason: z.string().optional() }),
]);

/** `accept`, `refuse` or a decision for all pending calls, or `{ [call id]: decision }`. */
export const approvalSchema = z.union([decisionSchema, z.record(z.string(), decisionSchema)]);

/**
 * Stops the turn until a person has decided about the calls of the graph's `approve` list. A call that
 * nobody decided about is refused. Returns an empty map when no call needs a person.
 */
export function askApproval({ approve }: Graph, { name, tool_calls }: AiMessage): Approvals {
  const pending = tool_calls.filter((call) => approve.includes(call.name));
  if (pending.length === 0) return new Map();
  const answer: unknown = interrupt({ type: 'approval', agent: name, calls: pending });
  const parsed = approvalSchema.safeParse(answer);
  return new Map(pending.map((call) => [call.id, decide(call, parsed.success ? parsed.data : undefined)]));
}

function decide(
  call: Call,
  answer: z.infer<typeof approvalSchema> | undefined,
): { args: JsonObject; refusal?: string } {
  const own =
    decisionSchema.safeParse(answer).data ??
    (answer as Record<string, z.infer<typeof decisionSchema>> | undefined)?.[call.id]; // the other branch of the union
  if (own?.decision === 'accept') return { args: call.args };
  if (own?.decision === 'edit') return { args: own.args as JsonObject }; // z.json is JSON
  const reason = own?.decision === 'refuse' && 'reason' in own && own.reason ? `: ${own.reason}` : '.';
  return { args: call.args, refusal: `A person refused this call${reason}` };
}
