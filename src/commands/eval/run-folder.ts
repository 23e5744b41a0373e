import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { CallerError } from '../../errors.ts';
import type { EvalReport } from '../../eval/comparison.ts';
import { reportSchema } from '../../eval/results/report-schema.ts';

type DataDir = { database: { dataDir: string } };

/** Where what came of a run is kept. */
export function runFolder({ database }: DataDir, runId: string): string {
  return path.join(database.dataDir, 'evals', runId);
}

/**
 * A report that was kept: by its run's id or the beginning of it, `last`, `last~1` (the one before) and so on, or by the path of its JSON.
 * Rejects with a `CallerError` where there is none, and for one that cannot be read.
 */
export async function findReport(config: DataDir, name: string): Promise<EvalReport> {
  if (name.endsWith('.json')) return readReport(name);
  const ids = await listRunIds(config);
  const back = /^last(?:~(\d+))?$/.exec(name);
  const found = back ? [ids.at(-1 - Number(back[1] ?? 0))] : ids.filter((id) => id.startsWith(name));
  const [id] = found;
  if (id === undefined)
    throw new CallerError(
      'not-found',
      ids.length === 0
        ? 'No run of evals is kept here: baton eval.'
        : `There is no run ${name}; the last is ${ids.at(-1)}.`,
    );
  if (found.length > 1)
    throw new CallerError('invalid-request', `${name} begins the ids of ${found.length} runs.`);
  return readReport(path.join(runFolder(config, id), 'run.json'));
}

/** Their ids, the oldest first: they are made of the time. */
export async function listRunIds({ database }: DataDir): Promise<string[]> {
  const entries = await readdir(path.join(database.dataDir, 'evals')).catch(() => []);
  return entries.filter((entry) => /^[0-9a-f-]{36}$/.test(entry)).toSorted();
}

async function readReport(file: string): Promise<EvalReport> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CallerError('not-found', `There is no report at ${file}.`, { cause });
  });
  const read = reportSchema.safeParse(parse(text));
  if (read.success) return read.data;
  const [first] = read.error.issues;
  throw new CallerError(
    'invalid-request',
    `${file} is no report of evals: ${first?.path.join('.')}: ${first?.message}`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
