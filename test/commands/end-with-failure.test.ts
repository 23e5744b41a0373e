import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { root } from '../support/start-process.ts';

test('a service that could not start says why and ends, though something of it is still open', () => {
  const script = `
    setInterval(() => {}, 1_000);
    const { openLog } = await import('./src/log.ts');
    openLog('info', false).info('It was tried.');
    const { endWithFailure } = await import('./src/commands/print-failure.ts');
    endWithFailure(new Error('The queue is away.'));`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status: 1, stdout: '' });
  expect(ended.stderr).toContain('The queue is away.');
  expect(ended.stderr).toContain('It was tried.');
});
