import { isDeepStrictEqual } from 'node:util';
import type { Gold, Write } from './apply-directly.ts';
import type { Move } from './gold-script.ts';
import type { Mischief } from './try-task.ts';

/** A model that leaves the task's last write out. */
export const dropWrite: Mischief = (moves, { gold }) => moves.filter((move) => !isWrite(move, gold));

/** A model that makes the task's last write again in its next reply. */
export const doubleWrite: Mischief = (moves, { gold }) =>
  moves.flatMap((move) => (isWrite(move, gold) ? [move, move] : [move]));

/** A model that makes the task's last write twice in one reply. */
export const twinWrite: Mischief = (moves, { gold }) =>
  moves.map((move) => (isWrite(move, gold) ? { ...move, calls: [...move.calls, ...move.calls] } : move));

/** A model whose first agent hands over to another one, which hands back, before the work begins. */
export function detourBy(other: string): Mischief {
  return (moves) => {
    const agent = moves[0]?.agent ?? '';
    const handOver = (to: string) => ({
      name: `transfer_to_${to}`,
      args: { task: 'Look at this.', step: 0 },
    });
    return [{ agent, calls: [handOver(other)] }, { agent: other, calls: [handOver(agent)] }, ...moves];
  };
}

/** A model that takes two agents for each other. */
export function swapAgents(one: string, other: string): Mischief {
  const swap = (name: string) => (name === one ? other : name === other ? one : name);
  return (moves) =>
    moves.map(({ agent, calls }) => ({
      agent: swap(agent),
      calls: calls.map(({ name, args }) => ({ name: name.replace(/(?<=^transfer_to_).*/, swap), args })),
    }));
}

/** The last write that is done: what it changed is there in the end. */
export function lastWrite({ writes }: Gold): Write {
  const last = writes.findLast(({ outcome }) => outcome === 'done');
  if (!last) throw new Error('the task writes nothing');
  return last;
}

function isWrite({ calls }: Move, gold: Gold): boolean {
  const { tool, args } = lastWrite(gold);
  return calls.some((call) => call.name === tool && isDeepStrictEqual(call.args, args));
}
