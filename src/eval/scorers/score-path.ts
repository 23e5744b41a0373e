import type { Expectation } from '../expectation.ts';
import type { Score, Seen } from '../score.ts';
import type { TurnTranscript } from '../transcript.ts';
import { matchPath, type PathMode } from './match-path.ts';

type ExpectedPath = NonNullable<Expectation['path']>;

/**
 * Scores who spoke. The value is 1 where the path is right, otherwise what it has in common with the nearest right one: twice the agents that
 * both have in this order, over the agents of both. `why` names the first hop that went wrong.
 */
export async function scorePath(expected: ExpectedPath, { turn }: Seen): Promise<Score[]> {
  const { path } = turn;
  const { matches, wasted, loops } = matchPath(path, expected.any, expected.mode);
  const isLong = expected.wasted !== undefined && wasted > expected.wasted;
  const passed = matches && !isLong;
  const details = { path, any: expected.any, mode: expected.mode, wasted, loops };
  if (passed) return [{ scorer: 'path', value: 1, passed, details }];
  const right = matches ? shortest(expected.any) : nearest(path, expected.any);
  const why = matches ? tellWaste(path, wasted, expected.wasted ?? 0) : tellFault(turn, expected, right);
  return [{ scorer: 'path', value: likeness(path, right), passed, why, details }];
}

function shortest(paths: string[][]): string[] {
  return paths.reduce((one, other) => (other.length < one.length ? other : one));
}

function nearest(path: string[], paths: string[][]): string[] {
  return paths.reduce((one, other) => (likeness(path, other) > likeness(path, one) ? other : one));
}

function likeness(path: readonly string[], right: readonly string[]): number {
  const agents = path.length + right.length;
  return agents === 0 ? 1 : (2 * inCommon(path, right)) / agents;
}

/** The length of the longest common subsequence. */
function inCommon(path: readonly string[], right: readonly string[]): number {
  let row = right.map(() => 0);
  for (const agent of path) {
    const next: number[] = [];
    for (const [at, other] of right.entries()) {
      const before = at === 0 ? 0 : (row[at - 1] ?? 0);
      next.push(agent === other ? before + 1 : Math.max(row[at] ?? 0, next[at - 1] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function tellWaste(path: string[], wasted: number, most: number): string {
  return `${path.join(' → ')} has ${wasted} ${wasted === 1 ? 'hop' : 'hops'} more than the shortest right path, where ${most} may be.`;
}

function tellFault(turn: TurnTranscript, { any, mode }: ExpectedPath, right: string[]): string {
  if (turn.path.length === 0) return `Nobody spoke where ${right[0]} was expected.`;
  return tellers[mode](turn, any, right);
}

type Teller = (turn: TurnTranscript, any: string[][], right: string[]) => string;

const tellers: Record<PathMode, Teller> = {
  strict: tellFirstHop,
  'in-order': ({ path }, _, right) => {
    let from = 0;
    for (const [at, agent] of right.entries()) {
      const found = path.indexOf(agent, from);
      if (found < 0)
        return `${agent} did not speak${at > 0 ? ` after ${right[at - 1]}` : ''}: ${path.join(' → ')}.`;
      from = found + 1;
    }
    return tellTaken(path);
  },
  unordered: ({ path }, _, right) => {
    const missing = without(right, path);
    const surplus = without(path, right);
    return [missing.length > 0 && tellSilent(missing), surplus.length > 0 && tellUncalled(surplus)]
      .filter(Boolean)
      .join(' ');
  },
  subset: ({ path }, _, right) => tellUncalled(path.filter((agent) => !right.includes(agent))),
  superset: ({ path }, _, right) => tellSilent(right.filter((agent) => !path.includes(agent))),
};

/** Where the path leaves all of the right ones that it began as. */
function tellFirstHop({ path, hops }: TurnTranscript, any: string[][]): string {
  const at = Math.max(...any.map((right) => commonStart(path, right)));
  const wanted = any.filter((right) => commonStart(path, right) === at).map((right) => right[at]);
  const next = [...new Set(wanted)].filter((agent) => agent !== undefined);
  const mayEnd = wanted.includes(undefined);
  const from = path[at - 1];
  const to = path[at];
  const expected = [...next, ...(mayEnd ? ['the end of the turn'] : [])].join(' or ');
  if (from === undefined) return `The turn began with ${to} where ${expected} was expected.`;
  if (to !== undefined) return `${from} handed to ${to} where ${expected} was expected.`;
  const refused = hops.findLast((hop) => hop.from === from && hop.refused && next.includes(hop.to));
  const because = refused ? `: its handoff to ${refused.to} was refused (${refused.refused})` : '';
  return `The turn ended with ${from} where ${expected} was expected next${because}.`;
}

function commonStart(path: readonly string[], right: readonly string[]): number {
  const end = path.findIndex((agent, at) => agent !== right[at]);
  return end < 0 ? path.length : end;
}

/** What one list has more of than another. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return list.filter((agent) => {
    const at = left.indexOf(agent);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function tellSilent(agents: string[]): string {
  return `${agents.join(', ')} did not speak.`;
}

function tellUncalled(agents: string[]): string {
  return `${[...new Set(agents)].join(', ')} spoke, and should not have.`;
}

function tellTaken(path: string[]): string {
  return `The path was ${path.join(' → ')}.`;
}
