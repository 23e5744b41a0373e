import type { Scenario } from './scenario.ts';
import { measureGrowth } from './scenarios/growth.ts';
import { measureMemory } from './scenarios/memory.ts';
import { measureReads } from './scenarios/reads.ts';
import { measureStart } from './scenarios/start.ts';
import { measureStreams } from './scenarios/streams.ts';
import { measureTurns } from './scenarios/turns.ts';

/** By name, in the order in which `all` plays them, and in which figures are shown. */
export const scenarios: Record<string, Scenario> = {
  turns: measureTurns,
  growth: measureGrowth,
  streams: measureStreams,
  reads: measureReads,
  start: measureStart,
  memory: measureMemory,
};

/** Those that can go on with one service come behind one another, for `--quick`; those that want a new one after them. */
const quickOrder = ['turns', 'streams', 'reads', 'growth', 'start', 'memory'];

export function inQuickOrder(names: string[]): string[] {
  return names.toSorted((a, b) => quickOrder.indexOf(a) - quickOrder.indexOf(b));
}
