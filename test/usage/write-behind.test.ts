import { expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { openWriteBehind } from '../../src/usage/write-behind.ts';

const log = openLog('silent', false);

test('what comes together is written together, by tenant, in order', async () => {
  const written: [string, number[]][] = [];
  const later = openWriteBehind<number>(async (tenant, entries) => void written.push([tenant, entries]), log);
  for (const [tenant, entry] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ] as const)
    later.add(tenant, entry);
  expect(written).toEqual([]);
  await later.flush();
  expect(written).toEqual([
    ['a', [1, 3]],
    ['b', [2]],
  ]);
});

test('it writes by itself soon', async () => {
  const written: number[] = [];
  const later = openWriteBehind<number>(async (_, entries) => void written.push(...entries), log);
  later.add('a', 1);
  await expect.poll(() => written).toEqual([1]);
});

test('an entry that is refused holds up no other', async () => {
  const written: number[] = [];
  const later = openWriteBehind<number>(async (_, entries) => {
    if (entries.includes(13)) throw new Error('not this one');
    written.push(...entries);
  }, log);
  for (const entry of [1, 13, 2]) later.add('a', entry);
  await later.flush();
  expect(written).toEqual([]);
  await later.flush();
  expect(written).toEqual([1, 2]);
  later.add('a', 3);
  await later.close();
  expect(written).toEqual([1, 2, 3]);
});
