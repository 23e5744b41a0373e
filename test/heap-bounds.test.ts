import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from './support/start-process.ts';

const run = promisify(execFile);
const bounds = path.join(root, 'src/heap-bounds.ts');

interface Churn {
  rounds: number;
  /** Objects that are made in a round; each takes the place of the one `alive` before it. */
  made: number;
  alive: number;
}

/** The most, in MiB, that a process had for what is new, and for all of its objects, while it made objects and let go of them. */
async function mostOf(
  first: string,
  { rounds, made, alive }: Churn,
): Promise<{ young: number; all: number }> {
  const program = `
    import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
    import { setImmediate as nextTurn } from 'node:timers/promises';
    const bounds = await import(${JSON.stringify(bounds)});
    ${first}
    const kept = [];
    const most = { young: 0, all: 0 };
    for (let at = 0, round = 0; round < ${rounds}; round++) {
      for (let made = 0; made < ${made}; made++, at++) kept[at % ${alive}] = { at, list: [at, made, round] };
      await nextTurn();
      const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
      most.young = Math.max(most.young, (young.space_used_size + young.space_available_size) / 2 ** 20);
      most.all = Math.max(most.all, getHeapStatistics().total_heap_size / 2 ** 20);
    }
    console.log(JSON.stringify(most));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
  return JSON.parse(stdout) as { young: number; all: number }; // what the program prints
}

test('the space for what is new stays small while modules load, and then grows to 32 MiB at most', async () => {
  const churn = { rounds: 150, made: 40_000, alive: 50_000 };
  const small = await mostOf('bounds.keepYoungSpaceSmall()', churn);
  const bounded = await mostOf('bounds.keepYoungSpaceSmall(); bounds.boundHeap()', churn);
  expect(bounded.young).toBeGreaterThan(small.young);
  expect(bounded.young).toBeLessThanOrEqual(32);
}, 60_000);

test('what is old is collected before it is several times of what is alive', async () => {
  const churn = { rounds: 1_000, made: 5_000, alive: 400_000 };
  const free = await mostOf('', churn);
  const bounded = await mostOf('bounds.boundHeap()', churn);
  expect(bounded.all).toBeLessThan(0.85 * free.all);
}, 60_000);
