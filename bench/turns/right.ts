import type { Driven } from './drive.ts';
import type { Taken } from './take-turn.ts';

/** The drive, when all of its turns were answered rightly. Throws with the first that was not. */
export function right(driven: Driven, who: string): Driven {
  allRight(driven.turns, who);
  if (driven.turns.length === 0) throw new Error(`${who}: no turn came to its end.`);
  return driven;
}

export function allRight(turns: readonly Taken[], who: string): void {
  const wrong = turns.filter(({ fault }) => fault !== undefined);
  if (wrong.length > 0)
    throw new Error(`${who}: ${wrong.length} of ${turns.length} turns went wrong; one: ${wrong[0]?.fault}`);
}
