import type { Score } from '../score.ts';
import { type SuiteRun, scoredAttempts } from '../suite-run.ts';

/** That a case was for one agent, and who took it. */
export interface Routing {
  expected: string;
  taken: string;
}

/**
 * The routings that a run's scores tell, to be counted by `confusionMatrix`: one a turn that expects a taker, or paths that all are taken by
 * the same agent. Of several right takers the one that took it counts, or else the first. Turns that nobody took are left out.
 */
export function routingsOf(run: SuiteRun): Routing[] {
  const turns = run.cases.flatMap((one) => scoredAttempts(one).flatMap(({ scores }) => scores));
  return turns.flatMap((scores) => routingIn(scores) ?? []);
}

function routingIn(scores: Score[]): Routing | undefined {
  const routing = scores.find(({ scorer }) => scorer === 'routing')?.details as
    | { expected: string[]; taken: string | null }
    | undefined; // what `scoreRouting` writes
  if (routing) return toRouting(routing.expected, routing.taken);
  const path = scores.find(({ scorer }) => scorer === 'path')?.details as
    | { path: string[]; any: string[][]; mode: string }
    | undefined; // what `scorePath` writes
  if (!path || (path.mode !== 'strict' && path.mode !== 'in-order')) return undefined;
  const takers = new Set(path.any.map(takerOn));
  const [only] = takers;
  return takers.size === 1 && only !== undefined ? toRouting([only], takerOn(path.path)) : undefined;
}

function takerOn([first, second]: string[]): string | undefined {
  return second ?? first;
}

function toRouting(expected: string[], taken: string | null | undefined): Routing | undefined {
  const [first] = expected;
  if (first === undefined || taken === null || taken === undefined) return undefined;
  return { expected: expected.includes(taken) ? taken : first, taken };
}
