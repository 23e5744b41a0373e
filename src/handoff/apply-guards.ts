import type { TurnEvent } from '../turn-event.ts';
import type { Guard, GuardPlace, Verdict } from './define-guard.ts';
import type { Machine, SeatedGraph } from './seat.ts';

/** What guards work with in one step. */
export interface GuardRun {
  machine: Machine;
  seated: SeatedGraph;
  signal: AbortSignal;
  tell(event: TurnEvent): void;
}

/** A text that has passed, perhaps changed, or why it may not. */
export interface Guarded {
  text: string;
  blocked?: string;
}

/** Sends a text through the graph's guards of a place, one after the other; the first that blocks it ends it. */
export async function applyGuards(
  run: GuardRun,
  place: GuardPlace,
  agent: string,
  text: string,
): Promise<Guarded> {
  let passed = text;
  for (const guard of run.seated.guards.filter(({ places }) => places.includes(place))) {
    const verdict = await ask(run, guard, { place, agent }, passed);
    if (verdict === undefined) continue;
    const blocked = 'block' in verdict;
    const why = 'block' in verdict ? verdict.block : verdict.why;
    run.tell({ type: 'guard', agent, place, guard: guard.name, blocked, why });
    if ('block' in verdict) return { text: passed, blocked: verdict.block };
    passed = verdict.replace;
  }
  return { text: passed };
}

/** Whether anything looks at this place: where nothing does, text may be streamed as it comes. */
export function isGuarded({ guards }: SeatedGraph, place: GuardPlace): boolean {
  return guards.some(({ places }) => places.includes(place));
}

/** A guard that fails cannot vouch for the text. */
async function ask(
  { machine, seated, signal }: GuardRun,
  guard: Guard,
  { place, agent }: { place: GuardPlace; agent: string },
  text: string,
): Promise<Verdict> {
  try {
    const topics = [seated.graph.description, ...seated.graph.edges.map(({ when }) => when)].filter(Boolean);
    return await guard.check(text, { place, agent, topics, embedder: machine.embedder, signal });
  } catch (error) {
    signal.throwIfAborted();
    machine.log.error({ err: error, guard: guard.name, agent }, 'a guard failed');
    return { block: `the check ${guard.name} could not be made` };
  }
}
