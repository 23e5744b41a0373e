import type { Scenario } from './scenario.ts';
import { measureGrowth } from './scenarios/growth.ts';
import { measureMemory } from './scenarios/memory.ts';
import { measureReads } from './scenarios/reads.ts';
import { measureStart } from './scenarios/start.ts';
import { measureStreams } from './scenarios/streams.ts';
import { measureTurns } from './scenarios/turns.ts';

/** By name, in the order in which `all` plays them. */
export const scenarios: Record<string, Scenario> = {
  turns: measureTurns,
  growth: measureGrowth,
  streams: measureStreams,
  reads: measureReads,
  start: measureStart,
  memory: measureMemory,
};
