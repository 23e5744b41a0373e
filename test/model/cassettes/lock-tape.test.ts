import { execFile } from 'node:child_process';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { withTapeLocked } from '../../../src/model/cassettes/lock-tape.ts';
import { makeFolder } from './open-test-tapes.ts';

test('what processes do to one file at once, they do one after another', async () => {
  const dir = await makeFolder();
  const file = path.join(dir, 'count');
  await writeFile(file, '0');
  const script = path.join(import.meta.dirname, 'count-up.ts');
  const run = promisify(execFile);
  await Promise.all([1, 2, 3].map(() => run(process.execPath, [script, file, '60'])));
  expect(await readFile(file, 'utf8')).toBe('180');
  expect(await readdir(dir)).toEqual(['count']);
}, 60_000);

test('within a process too, and a failure gives the file free', async () => {
  const file = path.join(await makeFolder(), 'new/list');
  const seen: number[] = [];
  const done = await Promise.allSettled(
    [1, 2, 3].map((at) =>
      withTapeLocked(file, async () => {
        seen.push(at);
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(at);
        if (at === 2) throw new Error('it failed');
      }),
    ),
  );
  expect(seen).toEqual([1, 1, 2, 2, 3, 3]);
  expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a lock that was left behind is taken', async () => {
  const file = path.join(await makeFolder(), 'count');
  await writeFile(`${file}.lock`, '');
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(`${file}.lock`, longAgo, longAgo);
  expect(await withTapeLocked(file, async () => 'done')).toBe('done');
});

test('what waits for a stale lock while another breaks it does not break the new one', async () => {
  const dir = await makeFolder();
  const longAgo = new Date(Date.now() - 60_000);
  const [contested, control] = ['contested', 'control'].map((name) => path.join(dir, name));
  if (!contested || !control) throw new Error('there are two');
  for (const file of [contested, control]) {
    await writeFile(`${file}.lock`, 'left behind');
    await utimes(`${file}.lock`, longAgo, longAgo);
    await writeFile(`${file}.lock.stale`, 'the one who breaks it');
  }
  let isFree = false;
  const waiting = withTapeLocked(contested, async () => isFree);
  const other = withTapeLocked(control, async () => undefined);
  await writeFile(`${contested}.lock`, 'the next holder');
  for (const file of [contested, control]) await rm(`${file}.lock.stale`);
  await other;
  expect(await readFile(`${contested}.lock`, 'utf8')).toBe('the next holder');
  isFree = true;
  await rm(`${contested}.lock`);
  expect(await waiting).toBe(true);
});

test('who held a lock for so long that another took it leaves it to that one', async () => {
  const file = path.join(await makeFolder(), 'count');
  await withTapeLocked(file, () => writeFile(`${file}.lock`, 'the next holder'));
  expect(await readFile(`${file}.lock`, 'utf8')).toBe('the next holder');
});
