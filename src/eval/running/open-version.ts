import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CallerError } from '../../errors.ts';
import type { Version } from './run-suites.ts';

const run = promisify(execFile);

/** A version of the project that is there until it is closed. */
export interface HeldVersion extends Version {
  close(): Promise<void>;
}

/** What a revision takes from the project as it is: the machine is the same for all versions, and its packages are not in git. */
const shared = ['src', 'node_modules', 'package.json'];

/**
 * Opens a version by its name: a folder, a graph of the project (`graphs/<name>.yaml`), or else a revision of git, whose files are put in a
 * folder that goes when it is closed. Rejects with a `CallerError` for a name that is none of these.
 */
export async function openVersion(projectDir: string, name: string): Promise<HeldVersion> {
  const close = async () => undefined;
  const folder = path.resolve(projectDir, name);
  if (/[./\\]/.test(name) && isFolder(folder)) return { projectDir: folder, close };
  if (/^[\w-]+$/.test(name) && existsSync(path.join(projectDir, 'graphs', `${name}.yaml`)))
    return { projectDir, graph: name, close };
  return checkOut(projectDir, name);
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

async function checkOut(projectDir: string, revision: string): Promise<HeldVersion> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-version-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const commit = await commitOf(projectDir, revision);
    const { stdout: within } = await run('git', ['rev-parse', '--show-prefix'], { cwd: projectDir });
    const archive = path.join(folder, '.archive.tar');
    const root = {
      cwd: path.resolve(
        projectDir,
        ...within
          .trim()
          .split('/')
          .filter(Boolean)
          .map(() => '..'),
      ),
    };
    await run('git', ['archive', '--format=tar', '-o', archive, `${commit}:${within.trim()}`], root);
    await run('tar', ['-xf', archive, '-C', folder]);
    await rm(archive);
    for (const one of shared) {
      await rm(path.join(folder, one), { recursive: true, force: true });
      if (existsSync(path.join(projectDir, one)))
        await symlink(path.join(projectDir, one), path.join(folder, one));
    }
    return { projectDir: folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function commitOf(projectDir: string, revision: string): Promise<string> {
  try {
    const { stdout } = await run(
      'git',
      ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
      {
        cwd: projectDir,
      },
    );
    return stdout.trim();
  } catch (cause) {
    const message = `"${revision}" is neither a folder, a graph of the project, nor a revision of git.`;
    throw new CallerError('not-found', message, { cause });
  }
}
