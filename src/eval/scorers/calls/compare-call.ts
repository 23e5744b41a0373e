import type { ExpectedCall } from '../../expectation.ts';
import type { SeenCall } from '../../transcript.ts';
import { agrees } from './agrees.ts';

/** How a call that was made compares with one that was expected. */
export interface CallLikeness {
  /** 0 for another tool or another agent, 1 where all is right; between them by the share of arguments that agree. */
  likeness: number;
  /** The listed arguments that do not agree. */
  wrong: string[];
}

/**
 * Compares a call with an expected one. The tool counts as much as one argument, so that of calls of the right tool each has some likeness:
 * (1 + arguments that agree) / (1 + arguments that are listed).
 */
export async function compareCall(seen: SeenCall, expected: ExpectedCall): Promise<CallLikeness> {
  const isOther = expected.agent !== undefined && expected.agent !== seen.agent;
  if (seen.name !== expected.name || isOther) return { likeness: 0, wrong: [] };
  const listed = Object.entries(expected.args);
  const fit = await Promise.all(listed.map(([name, right]) => agrees(name, seen.args[name], right)));
  const wrong = listed.filter((_, at) => !fit[at]).map(([name]) => name);
  return { likeness: (1 + listed.length - wrong.length) / (1 + listed.length), wrong };
}
