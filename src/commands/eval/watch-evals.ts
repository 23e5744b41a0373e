import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { errorMessage } from '../../errors.ts';
import type { SuiteRun } from '../../eval/suite-run.ts';
import { watchFolders } from '../../handoff/watch-folders.ts';
import { type RunEvals, runEvals } from './run-evals.ts';

/**
 * `baton eval watch`: runs suites, and again whenever what they ask is changed, until it is interrupted: where agents and graphs were edited,
 * those suites that ask them, otherwise all. Nothing of it is kept in the database. Mistakes in files are told, and waited out.
 */
export async function watchEvals(names: string[], options: RunEvals): Promise<number> {
  const { config, signal, progress } = options;
  const flags = { ...options.flags, keep: false };
  const last = new Map<string, SuiteRun>();
  let suites = names;
  while (!signal.aborted) {
    const changed = nextChange(config.projectDir, signal);
    try {
      const { runs } = await runEvals(suites, { ...options, flags });
      for (const run of runs) last.set(run.suite, run);
    } catch (error) {
      if (!signal.aborted) progress.write(`${errorMessage(error)}\n`);
    }
    if (signal.aborted) break;
    progress.write('Waiting for changes; Ctrl-C ends.\n');
    await changed;
    const touched = await whoseFilesChanged(config.projectDir, [...last.values()]);
    suites = touched.length > 0 ? touched : names; // tools, guards and suites may concern all
  }
  return 0;
}

const folders = ['agents', 'graphs', 'tools', 'guards', 'evals'];

/** Resolves at the first change from now on, or when the signal aborts. */
function nextChange(projectDir: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => undefined, 60_000); // watching alone does not keep the process up
    const end = () => {
      stop();
      clearInterval(alive);
      resolve();
    };
    const stop = watchFolders(projectDir, folders, { onChange: end, onError: () => undefined });
    signal.addEventListener('abort', end, { once: true });
  });
}

/** The suites whose agents or graphs say something else than when they ran. */
async function whoseFilesChanged(projectDir: string, runs: SuiteRun[]): Promise<string[]> {
  const changed: string[] = [];
  for (const { suite, files } of runs) {
    for (const [file, text] of Object.entries(files)) {
      const now = await readFile(path.join(projectDir, file), 'utf8').catch(() => '');
      if (now === text) continue;
      changed.push(suite);
      break;
    }
  }
  return changed;
}
