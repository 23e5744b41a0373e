import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { driveTurn } from './drive-turn.ts';
import { pickPlan } from './script.ts';
import type { TurnRecord } from './turn-record.ts';
import type { World } from './world.ts';

/** Turns of one thread, at most: then it is left alone and another one begun. */
const turnsOfThread = 8;

export interface LoadOptions {
  clients: number;
  /** Says that no further turn is to be posted. */
  isOver: () => boolean;
}

/**
 * Clients that post turns, each the next when its last is over, on threads that they share: so turns of one thread are posted at
 * once. Resolves when every turn has been seen to its end.
 */
export async function runLoad(world: World, { clients, isOver }: LoadOptions): Promise<void> {
  const threads = Array.from({ length: Math.ceil(clients / 2) }, newThread);
  let turns = 0;

  function next(): TurnRecord {
    const at = world.random.whole(0, threads.length - 1);
    let thread = threads[at] ?? newThread();
    if (thread.turns >= turnsOfThread) threads[at] = thread = newThread();
    thread.turns += 1;
    turns += 1;
    return {
      label: `t${turns}`,
      threadId: thread.id,
      plan: pickPlan(world.random),
      invokedAt: performance.now(),
      posts: 0,
      cancelled: false,
      watchings: [],
    };
  }

  async function client(): Promise<void> {
    while (!isOver()) {
      if (world.random.chance(0.1))
        await Promise.all([next(), next(), next()].map((turn) => driveTurn(world, turn)));
      else await driveTurn(world, next());
      await sleep(world.random.whole(0, 300));
    }
  }
  await Promise.all(Array.from({ length: clients }, client));
}

function newThread(): { id: string; turns: number } {
  return { id: randomUUID(), turns: 0 };
}
