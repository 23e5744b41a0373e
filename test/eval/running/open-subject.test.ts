import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { toConfig } from '../../../src/config.ts';
import { openSubject } from '../../../src/eval/running/open-subject.ts';
import { readProfile } from '../../../src/eval/running/profile.ts';
import { openLog } from '../../../src/log.ts';
import { desk } from '../../commands/eval/desk-project.ts';
import { makeProject } from '../../support/temp-project.ts';

/** Opens a project's subject, with a folder for temporary files of its own. */
async function prepare(files: Record<string, string>) {
  const project = await makeProject(files);
  onTestFinished(project.remove);
  const temporary = path.join(project.dir, 'tmp');
  await mkdir(temporary);
  vi.stubEnv('TMPDIR', temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  const config = toConfig({}, { cwd: project.dir, terminal: false });
  const profile = await readProfile(config, 'offline');
  const open = () =>
    openSubject({ config, log: openLog('silent', false), projectDir: project.dir, profile, concurrency: 1 });
  return { open, temporary };
}

test('a subject whose database cannot be copied closes, and its folder goes', async () => {
  const { open, temporary } = await prepare(desk);
  const subject = await open();
  const [folder = ''] = await readdir(temporary);
  await promisify(execFile)('mkfifo', [path.join(temporary, folder, 'db/pipe')]); // cannot be copied
  await expect(subject.sandbox(async () => undefined)).rejects.toThrow('cannot copy a FIFO pipe');
  await subject.close();
  expect(await readdir(temporary)).toEqual([]);
}, 60_000);

test('a subject that cannot be opened leaves nothing behind', async () => {
  const { open, temporary } = await prepare({ ...desk, 'models.yaml': 'keys: nonsense\n' });
  await expect(open()).rejects.toThrow('models.yaml');
  expect(await readdir(temporary)).toEqual([]);
}, 60_000);
