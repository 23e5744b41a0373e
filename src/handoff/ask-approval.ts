import { interrupt, type LangGraphRunnableConfig } from '@langchain/langgraph';
import { z } from 'zod';
import type { AiMessage, Call, HumanMessage, JsonObject } from '../message.ts';
import { insideOfGraph } from '../model/without-tracing.ts';
import type { Graph } from './graph-file.ts';

/** How a decision reaches the interrupt that waits for it: LangGraph reads some bare values as something else. */
export interface Decided {
  decision: unknown;
  /** What the person says beside it: comes behind the results of the calls. */
  messages?: HumanMessage[];
}

/** What was decided about the calls of a reply, and what was said beside it. */
export interface Approved {
  approvals: Approvals;
  said: HumanMessage[];
}

/** By call id: the arguments to use, or why the call is not carried out. */
export type Approvals = Map<string, { args: JsonObject; refusal?: string }>;

/** How often a person is asked about the calls of one reply, at most; what is open then is refused. */
const rounds = 20;

const decisionSchema = z.union([
  z.enum(['accept', 'refuse']).transform((decision) => ({ decision }) as const),
  z.object({ decision: z.literal('accept') }),
  z.object({ decision: z.literal('edit'), args: z.record(z.string(), z.json()) }),
  z.object({ decision: z.literal('refuse'), reason: z.string().optional() }),
]);

type Decision = z.infer<typeof decisionSchema>;

/**
 * Stops the turn until a person has decided about every call of the graph's `approve` list. The answer is
 * `accept`, `refuse` or a decision for all calls that wait, or `{ [call id]: decision }` for some of them:
 * the others wait on. An answer that says nothing of the kind is asked for again.
 */
export function askApproval(
  { approve }: Graph,
  { name, tool_calls }: AiMessage,
  config: LangGraphRunnableConfig,
): Approved {
  const approvals: Approvals = new Map();
  const said: HumanMessage[] = [];
  const asked = tool_calls.filter((call) => approve.includes(call.name));
  for (let round = 0; round < rounds; round++) {
    const pending = asked.filter(({ id }) => !approvals.has(id));
    if (pending.length === 0) return { approvals, said };
    const { decision: answer, messages = [] } = insideOfGraph(config, () =>
      interrupt<object, Decided>({ type: 'approval', agent: name, calls: pending }),
    );
    said.push(...messages);
    for (const call of pending) {
      const decision = decisionAbout(call, answer);
      if (decision) approvals.set(call.id, decide(call, decision));
    }
  }
  for (const call of asked) {
    if (!approvals.has(call.id)) approvals.set(call.id, decide(call, { decision: 'refuse' }));
  }
  return { approvals, said };
}

/** What an answer says of a call: by its id, or of all that wait. */
function decisionAbout(call: Call, answer: unknown): Decision | undefined {
  const own =
    answer !== null && typeof answer === 'object'
      ? Object.entries(answer).find(([id]) => id === call.id)
      : undefined;
  return decisionSchema.safeParse(own ? own[1] : answer).data;
}

function decide(call: Call, decided: Decision): { args: JsonObject; refusal?: string } {
  if (decided.decision === 'accept') return { args: call.args };
  if (decided.decision === 'edit') return { args: decided.args as JsonObject }; // z.json is JSON
  const reason = 'reason' in decided && decided.reason ? `: ${decided.reason}` : '.';
  return { args: call.args, refusal: `A person refused this call${reason}` };
}
