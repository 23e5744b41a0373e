import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { type Counts, countTurns, formatCounts } from './behaviour-counts.ts';
import { behaviours } from './behaviours.ts';
import { playBehaviour } from './play-behaviour.ts';

const progressEvery = 1_000;

test('ten thousand behaviours and more leave valid histories and turns that end', async () => {
  const numRuns = runsOf(10_000);
  const seed = seedOf(Date.now() % 2 ** 31);
  const counts: Counts = new Map();
  print(`${numRuns} behaviours; to see them again: BATON_SEED=${seed} BATON_RUNS=${numRuns}`);
  let started = performance.now();
  const property = fc.asyncProperty(behaviours, async (behaviour) => {
    countTurns(counts, await playBehaviour(behaviour));
    const played = counts.get('threads') ?? 0;
    if (played % progressEvery !== 0) return;
    print(
      `${played} behaviours, ${((performance.now() - started) / 1000).toFixed(1)} s for the last ${progressEvery}`,
    );
    started = performance.now();
  });
  await fc.assert(property, { numRuns, seed });
  print(formatCounts(counts));

  const ends = ['answer', 'approval', 'aborted', 'model error', 'crashed'].map(
    (ending) => `turns that end in: ${ending}`,
  );
  const others = [
    'handoffs along an edge',
    'handoffs to onLimit',
    'returns',
    'handoffs refused',
    'calls with a new id',
  ];
  for (const what of [...ends, ...others]) expect(counts.get(what), what).toBeGreaterThan(numRuns / 100);
}, 3_600_000);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
