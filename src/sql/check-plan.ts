import { ToolError } from '../errors.ts';
import type { QueryResult } from './ask-server.ts';
import type { Accepted } from './check-sql.ts';
import type { SqlLimits } from './sql-policy.ts';

interface Plan {
  'Node Type': string;
  Strategy?: string;
  'Total Cost': number;
  'Plan Rows': number;
  Plans?: Plan[];
}

/**
 * Refuses a statement by its plan, before it runs. Returns the planner's cost, and whether there is one row at most: an aggregate of all
 * that it stands on gives no other.
 *
 * The cost stops products of tables; the rows times what an aggregate collects of each stop values that
 * would fill the memory, which no setting of PostgreSQL bounds.
 */
export function checkPlan(
  explained: QueryResult,
  { collectedBytes }: Accepted,
  limits: SqlLimits,
): { cost: number; isOneRow: boolean } {
  const plan = (explained.rows[0]?.[0] as { Plan: Plan }[] | undefined)?.[0]?.Plan; // what EXPLAIN (FORMAT JSON) returns
  if (!plan) throw new Error('EXPLAIN returned no plan.');
  const cost = plan['Total Cost'];
  if (cost > limits.cost) {
    throw new ToolError(
      `The query is too expensive: its estimated cost is ${Math.round(cost)}, at most ${limits.cost} is allowed. ` +
        'Join every table on a key, filter earlier, and avoid products of tables.',
    );
  }
  if (mostRows(plan) * collectedBytes > limits.collectedBytes) {
    throw new ToolError(
      'The query would collect too much in one value. Aggregate fewer rows, or use LIMIT in a subquery.',
    );
  }
  return { cost, isOneRow: plan['Node Type'] === 'Aggregate' && plan.Strategy === 'Plain' };
}

function mostRows(plan: Plan): number {
  return Math.max(plan['Plan Rows'], ...(plan.Plans ?? []).map(mostRows));
}
