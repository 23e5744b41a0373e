import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../../support/start-process.ts';
import { makeProject } from '../../support/temp-project.ts';
import { desk } from './desk-project.ts';

/** `baton eval` as a process of its own, with a folder for temporary files of its own. */
async function startEval() {
  const project = await makeProject(desk);
  onTestFinished(project.remove);
  const temporary = path.join(project.dir, 'tmp');
  await mkdir(temporary);
  const { OPENAI_API_KEY: _, DATABASE_URL: __, ...env } = process.env;
  const child = spawn(process.execPath, [path.join(root, 'src/cli.ts'), 'eval', '--repeat', '40'], {
    cwd: project.dir,
    env: { ...env, TMPDIR: temporary, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  const gone = once(child, 'exit');
  const begun = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => {
      said += chunk;
      if (/\d+\/120/.test(said)) resolve();
    });
  });
  child.stdout.resume();
  await Promise.race([
    begun,
    gone.then(() => {
      throw new Error(`It ended: ${said}`);
    }),
  ]);
  const left = async () => (await readdir(temporary)).filter((name) => name.startsWith('baton-eval-'));
  return { child, gone, left };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'evals that get %s in the middle end with 130 and leave no database behind',
  async (signal) => {
    const { child, gone, left } = await startEval();
    expect(await left()).toHaveLength(1);
    child.kill(signal);
    expect(await gone).toEqual([130, null]);
    expect(await left()).toEqual([]);
  },
  120_000,
);
