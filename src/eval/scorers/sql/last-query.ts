import type { Tool } from '../../../handoff/define-tool.ts';
import type { SqlPolicy } from '../../../sql/sql-policy.ts';
import type { Seen } from '../../score.ts';
import type { SeenCall } from '../../transcript.ts';

export interface SeenQuery {
  call: SeenCall;
  sql: string;
  policy: SqlPolicy;
}

/** The turn's successful calls of tools that run SQL, in order. */
export function queriesOf({
  turn,
  case: asked,
  subject,
}: Pick<Seen, 'turn' | 'case' | 'subject'>): SeenQuery[] {
  const tools = toolsOf(subject, asked.graph);
  return turn.calls.flatMap((call) => {
    const { sqlPolicy } = tools.find(({ name }) => name === call.name) ?? {};
    const { sql } = call.args;
    return sqlPolicy && typeof sql === 'string' && !call.failed ? [{ call, sql, policy: sqlPolicy }] : [];
  });
}

/** The policy of the graph's tools that run SQL, for statements that no agent wrote. Undefined where there is none. */
export function policyOf({ case: asked, subject }: Pick<Seen, 'case' | 'subject'>): SqlPolicy | undefined {
  return toolsOf(subject, asked.graph).find(({ sqlPolicy }) => sqlPolicy)?.sqlPolicy;
}

function toolsOf({ context }: Seen['subject'], name: string): Tool[] {
  const graph = context.graphs.get(name);
  return graph ? [...graph.seats.values()].flatMap(({ tools }) => tools) : [];
}
