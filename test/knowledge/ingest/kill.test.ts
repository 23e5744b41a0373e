import { expect, test } from 'vitest';
import { runIngestChaos } from '../../../bench/ingest-chaos/run-ingest-chaos.ts';

test('an ingestion that is killed at random points and begun again ends in the index of one that nobody disturbed', async () => {
  const report = await runIngestChaos(
    { rounds: 1, kills: 3, seed: 4, size: 5_000 },
    process.env.DATABASE_URL,
  );
  expect(report.violations).toEqual([]);
  expect(report.index.chunks).toBeGreaterThan(100);
  expect(report.index.leftovers).toBe(0);
  expect(Object.values(report.kills).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1);
}, 300_000);
