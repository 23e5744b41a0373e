import fc from 'fast-check';
import { test } from 'vitest';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { behaviours } from './behaviours.ts';
import { playBehaviour } from './play-behaviour.ts';

test('whatever models do, every call is answered once, every history is valid, and every turn ends', async () => {
  const property = fc.asyncProperty(behaviours, async (behaviour) => {
    await playBehaviour(behaviour);
  });
  await fc.assert(property, { numRuns: runsOf(500), seed: seedOf(3) });
}, 120_000);
