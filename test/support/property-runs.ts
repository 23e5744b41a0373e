/** How many behaviours a property is tried with: `BATON_RUNS`, or the number given. */
export function runsOf(usual: number): number {
  return Number(process.env.BATON_RUNS ?? usual);
}

/** The seed of the behaviours: `BATON_SEED`, to see a failure again, or the one given. */
export function seedOf(usual: number): number {
  return Number(process.env.BATON_SEED ?? usual);
}
