import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The commit that a folder is at, with `+` where files differ from it; null outside git, or where there is no git. */
export async function readRevision(folder: string): Promise<string | null> {
  try {
    const { stdout: commit } = await run('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: folder });
    const { stdout: changed } = await run('git', ['status', '--porcelain', '--untracked-files=no'], {
      cwd: folder,
    });
    return commit.trim() + (changed.trim() ? '+' : '');
  } catch {
    return null;
  }
}
