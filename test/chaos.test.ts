import { expect, test } from 'vitest';
import type { ChaosOptions } from '../bench/chaos/options.ts';
import { printReport } from '../bench/chaos/print-report.ts';
import { runChaos } from '../bench/chaos/run-chaos.ts';

const server = process.env.DATABASE_URL;
const short: ChaosOptions = {
  embedded: false,
  roles: ['both', 'both'],
  kills: 3,
  seed: 11,
  minutes: 0.25,
  clients: 4,
  everyMs: 2_000,
  settleMs: 100_000,
};

test('two replicas that are killed and cut off under load lose nothing and do nothing twice', async ({
  skip,
}) => {
  skip(!server, 'replicas need a PostgreSQL server: set DATABASE_URL');
  await expectAllTrue(short);
}, 360_000);

test('one process on the embedded database that is killed and started again loses nothing and does nothing twice', async ({
  skip,
}) => {
  skip(server !== undefined, 'the embedded database is tested where DATABASE_URL is not set');
  await expectAllTrue({ ...short, embedded: true, roles: ['both'], kills: 2 });
}, 360_000);

async function expectAllTrue(options: ChaosOptions): Promise<void> {
  const report = await runChaos(options, server);
  expect(
    report.verdicts.flatMap(({ violations }) => violations),
    printReport(report),
  ).toEqual([]);
  expect(report.injected.kills).toBeGreaterThan(0);
  expect(report.counts.answered).toBeGreaterThan(3);
}
