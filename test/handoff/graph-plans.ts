import fc from 'fast-check';
import { stringify } from 'yaml';
import type { JsonObject } from '../../src/message.ts';
import { guardNames } from './odd-guards.ts';
import { oddToolNames } from './odd-tools.ts';

export interface GraphPlan {
  agents: { name: string; tools: string[] }[];
  /** The graph's file, without its agents. */
  file: JsonObject;
}

const agentNames = ['triage', 'clerk', 'writer', 'Search-2', 'b_', `long-${'o'.repeat(42)}-name`];

const edge = fc.record(
  {
    when: fc.constant('the question asks for it'),
    brief: fc.uniqueArray(
      fc.tuple(
        fc.constantFrom('question', 'order', 'urgent', 'sum'),
        fc.boolean(),
        fc.constantFrom('string', 'number', 'integer', 'boolean'),
      ),
      { maxLength: 3, selector: ([field]) => field },
    ),
    context: fc.record(
      { show: fc.constantFrom('full', 'narrated', 'brief', 'summary'), last: fc.integer({ min: 1, max: 4 }) },
      { requiredKeys: ['show'] },
    ),
    return: fc.constantFrom('stay', 'caller', 'start'),
    limit: fc.integer({ min: 1, max: 2 }),
  },
  { requiredKeys: ['when'] },
);

const amount = (most: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: most }) },
    { weight: 1, arbitrary: fc.constant(12) },
  );

/** Graphs of one to six agents that `baton check` lets through. */
export const graphPlans: fc.Arbitrary<GraphPlan> = fc
  .integer({ min: 1, max: agentNames.length })
  .chain((size) => {
    const names = agentNames.slice(0, size);
    return fc
      .record({
        start: fc.nat(size - 1),
        tools: fc.array(fc.subarray(oddToolNames), { minLength: size, maxLength: size }),
        edges: fc.uniqueArray(fc.tuple(fc.nat(size - 1), fc.nat(size - 1), edge), {
          minLength: size > 1 ? size : 0,
          maxLength: 14,
          selector: ([from, to]) => `${from} ${to}`,
        }),
        nextTurn: fc.constantFrom('start', 'sticky'),
        limits: fc.record({
          handoffs: amount(4),
          calls: amount(6),
          tokens: fc.constantFrom(40, 100_000),
          seconds: fc.constantFrom(60, 1_000),
        }),
        onLimit: fc.option(fc.nat(size - 1), { nil: undefined }),
        approve: fc.subarray(oddToolNames, { maxLength: 2 }),
        guards: fc.oneof(
          { weight: 3, arbitrary: fc.constant<string[]>([]) },
          { weight: 1, arbitrary: fc.subarray(guardNames) },
        ),
      })
      .map(({ start, tools, edges, nextTurn, limits, onLimit, approve, guards }) => {
        const handoffs: Record<string, JsonObject> = {};
        for (const [from, to, { brief = [], ...rest }] of edges) {
          const [sender = '', receiver = ''] = [names[from], names[to]];
          if (from === to) continue;
          const fields = brief.map(([field, required, type]) => [required ? field : `${field}?`, type]);
          handoffs[sender] = {
            ...handoffs[sender],
            [receiver]: { ...rest, brief: Object.fromEntries(fields) } as unknown as JsonObject,
          }; // plain data
        }
        const file = {
          start: names[start] ?? '',
          handoffs,
          nextTurn,
          limits: { ...limits, ...(onLimit !== undefined && { onLimit: names[onLimit] ?? '' }) },
          approve,
          guards,
        };
        return { agents: names.map((name, at) => ({ name, tools: tools[at] ?? [] })), file };
      });
  });

/** The graph's YAML. */
export function graphText({ agents, file }: GraphPlan): string {
  return stringify({ ...file, agents: agents.map(({ name }) => name) });
}
