import { heldMemory } from './held-memory.ts';

export interface BatchCosts {
  /** How many bytes more the process holds after the last batch than after the first. */
  grownBytes: number;
  /** How much of the processor's time a batch of the last half takes, as a multiple of one of the first: of each half, the one that took least. */
  slowdown: number;
}

/** Does the same again and again, in six batches behind two that nobody looks at, and says whether the later ones cost more. */
export async function compareBatches(batch: () => Promise<unknown>): Promise<BatchCosts> {
  for (let early = 0; early < 2; early++) await batch();
  const cpu: number[] = [];
  const held: number[] = [];
  for (let done = 0; done < 6; done++) {
    const before = process.cpuUsage();
    await batch();
    cpu.push(process.cpuUsage(before).user);
    held.push(heldMemory());
  }
  return {
    grownBytes: (held.at(-1) ?? 0) - (held[0] ?? 0),
    slowdown: Math.min(...cpu.slice(3)) / Math.min(...cpu.slice(0, 3)),
  };
}
