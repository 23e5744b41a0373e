/** The items of a chain up to a position: `[chain, end]`. */
export type ChainPiece = [chain: string, end: number];

/** An array as the store has it. */
export interface StoredArray {
  version: string;
  chain: string;
  /** What comes before the chain's own items, oldest first. */
  base: ChainPiece[];
  /** The position of the first item in the chain: what came before it was left behind. */
  from: number;
  items: readonly unknown[];
}

/**
 * Remembers which arrays are stored, to tell what a longer one adds. Equal means the same objects, which
 * holds because LangGraph hands an array's items on from step to step, and asks that they never change.
 *
 * It keeps an array for as long as somebody else keeps its last item: it needs no limit and forgets a run
 * when the run ends. Arrays that end in a string or a number are not remembered.
 */
export class ArrayMemory {
  readonly #byLastItem = new WeakMap<object, Map<string, StoredArray>>();

  /** `place` names the thread, the namespace and the channel. */
  remember(place: string, stored: StoredArray): void {
    const last = stored.items.at(-1);
    if (typeof last !== 'object' || last === null) return;
    const places = this.#byLastItem.get(last) ?? new Map<string, StoredArray>();
    this.#byLastItem.set(last, places.set(place, stored));
  }

  /** The longest array remembered of this place that `items` begins with, without what it began with and `items` left behind. */
  findStart(place: string, items: readonly unknown[]): StoredArray | undefined {
    for (let end = items.length; end > 0; end--) {
      const last = items[end - 1];
      const stored = typeof last === 'object' && last !== null && this.#byLastItem.get(last)?.get(place);
      const left = stored ? stored.items.length - end : -1;
      if (stored && left >= 0 && isPart(stored.items, items, left)) return leaveBehind(stored, left);
    }
    return undefined;
  }

  forget(place: string, stored: StoredArray): void {
    this.#byLastItem.get(stored.items.at(-1) as object)?.delete(place); // only objects are remembered
  }
}

/** Whether what is stored from position `left` on is the beginning of `items`. */
function isPart(stored: readonly unknown[], items: readonly unknown[], left: number): boolean {
  for (let at = left; at < stored.length; at++) if (stored[at] !== items[at - left]) return false;
  return true;
}

function leaveBehind(stored: StoredArray, left: number): StoredArray {
  return left === 0 ? stored : { ...stored, from: stored.from + left, items: stored.items.slice(left) };
}
