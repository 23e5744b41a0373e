import { randomUUID } from 'node:crypto';
import type { TauTask } from '../../evals/sources/tau/tau-data.ts';
import { dropWorld } from '../../evals/sources/tau/worlds.ts';
import { applyDirectly, type Gold, listWrites } from './apply-directly.ts';
import { checkPlayed, type Problem } from './check-played.ts';
import { goldScript, type Move, type Style } from './gold-script.ts';
import type { Stage } from './open-stage.ts';
import { playTask } from './play-task.ts';

/** What came of a task, with what was counted on the way. */
export interface Outcome {
  problems: Problem[];
  actions: number;
  /** Actions that a tool refused; the data asks for such. */
  failed: number;
  /** Writes that were done. */
  writes: number;
  handoffs: number;
}

/** A task that is about to be played. */
export interface Play {
  task: TauTask;
  gold: Gold;
  /** Its thread, and the world that it changes. */
  world: string;
}

/** Changes a script, so that the play goes wrong. */
export type Mischief = (moves: Move[], play: Play) => Move[];

/** Plays a task's gold actions through the machine, applies them directly beside it, and compares the two. */
export async function tryTask(
  stage: Stage,
  task: TauTask,
  { style = 'apart', mischief = (moves) => moves }: { style?: Style; mischief?: Mischief } = {},
): Promise<Outcome> {
  const { owners, start } = stage.domains[task.domain];
  const gold = await applyDirectly(stage, task);
  const play = { task, gold, world: randomUUID() };
  const moves = mischief(goldScript(task.actions, owners, start, style), play);
  const played = await playTask(stage, task, moves, play.world);
  const problems = await checkPlayed(stage, task, gold, played);
  const writes = await listWrites(stage, played.world);
  await dropWorld(stage.db, gold.world);
  await dropWorld(stage.db, played.world);
  return {
    problems,
    actions: task.actions.length,
    failed: gold.results.filter(({ status }) => status === 'error').length,
    writes: writes.filter(({ outcome }) => outcome === 'done').length,
    handoffs: played.events.filter(({ type }) => type === 'handoff').length,
  };
}

/** The counts of many tasks together. */
export function sum(outcomes: Outcome[]): Outcome & { tasks: number } {
  const total = {
    problems: [] as Problem[],
    actions: 0,
    failed: 0,
    writes: 0,
    handoffs: 0,
    tasks: outcomes.length,
  };
  for (const one of outcomes) {
    total.problems.push(...one.problems);
    for (const count of ['actions', 'failed', 'writes', 'handoffs'] as const) total[count] += one[count];
  }
  return total;
}
