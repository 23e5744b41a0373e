import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { validate as isUuid } from 'uuid';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { type PromoteOptions, promoteThread } from '../../eval/promote/promote-thread.ts';

export interface PromoteCommand extends PromoteOptions {
  thread: string;
  /** Where to; absent: `evals/proposed/<name>.yaml` of the project. */
  output?: string;
}

/**
 * `baton eval promote`: writes a thread of the tenant on whose behalf it is called as a proposed case, and says what was replaced. A file that is
 * there is never written over. Rejects with a `CallerError`: for a thread that is not there, and `conflict` for a file that is.
 */
export async function promote(
  { db, config }: Pick<AppContext, 'db' | 'config'>,
  { thread, output: file, ...options }: PromoteCommand,
  output: NodeJS.WritableStream,
): Promise<void> {
  if (!isUuid(thread))
    throw new CallerError('invalid-request', `A thread's id is a UUID, and "${thread}" is not.`);
  if (options.suite !== undefined && !/^[a-z0-9][a-z0-9-]*$/i.test(options.suite))
    throw new CallerError('invalid-request', `--suite: a name is letters, digits and hyphens.`);
  const { name, yaml, notes } = await promoteThread({ db }, thread, options);
  const to = path.resolve(config.projectDir, file ?? path.join('evals/proposed', `${name}.yaml`));
  await mkdir(path.dirname(to), { recursive: true });
  await writeFile(to, yaml, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new CallerError(
      'conflict',
      `${shown(to)} is there already: move it, or name another with --output.`,
    );
  });
  output.write(`${[shown(to), ...notes.map((note) => `  ${note}`)].join('\n')}\n`);
  output.write(
    'Read it: names and places that nobody told of are still in it. It is run once it is in evals/.\n',
  );
}

function shown(file: string): string {
  return path.relative(process.cwd(), file);
}
