import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openLog, plainLines } from '../src/log.ts';

const file = path.resolve(import.meta.dirname, '../src/log.ts');
const key = `sk-${'a'.repeat(24)}`;

function openLines() {
  const lines: Record<string, unknown>[] = [];
  const log = openLog('info', false, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

test('secrets are taken out by their names, and whatever looks like one by its looks', () => {
  const { log, lines } = openLines();
  log.info({ token: 'one', deep: { er: { password: 'two' } }, kept: 'three' }, `with ${key}`);
  expect(lines).toMatchObject([
    {
      token: '[redacted]',
      deep: { er: { password: '[redacted]' } },
      kept: 'three',
      msg: 'with sk-[redacted]',
    },
  ]);
});

test('plain lines are the same lines, from which only what looks like a secret is taken', () => {
  const { log, lines } = openLines();
  for (const by of [log, plainLines(log)]) by.info({ runId: 'r', agents: ['a', key], ms: 3 }, 'turn');
  const [usual, plain] = lines.map(({ time: _, ...line }) => line);
  expect(plain).toStrictEqual(usual);
  expect(plain).toMatchObject({ runId: 'r', agents: ['a', 'sk-[redacted]'], msg: 'turn' });
  expect(plainLines(log)).toBe(plainLines(log));
});

test.each(['', 'process.exit(3)', 'throw new Error("gone")'])(
  'all lines are written when the process ends: %s',
  (end) => {
    const script = `import { openLog } from ${JSON.stringify(file)};
      const log = openLog('info', false);
      for (let n = 0; n < 1000; n++) log.info({ n }, 'line');
      ${end}`;
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line).n)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
  },
);

test('a line is written soon, also of a process that lives on', async () => {
  const script = `import { openLog } from ${JSON.stringify(file)};
    openLog('info', false).info('line');
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const [line] = await once(child.stderr, 'data');
  expect(child.exitCode).toBeNull();
  expect(String(line)).toContain('"msg":"line"');
  child.kill();
});
