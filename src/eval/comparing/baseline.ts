import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../errors.ts';
import type { SuiteRun } from '../suite-run.ts';
import { type BaselineCase, baselineCaseSchema, fromBaselineCase, toBaselineCase } from './baseline-case.ts';

/**
 * What a suite gave when somebody was content with it: small enough for git, with what a comparison needs. Times are left out, since those of
 * another machine say nothing; a case's transcript is that of one attempt.
 */
const baselineSchema = z.object({
  format: z.literal(1),
  suite: z.string(),
  description: z.string(),
  graph: z.string(),
  version: z.string(),
  profile: z.string(),
  models: z.record(z.string(), z.string()),
  deterministic: z.boolean(),
  repeats: z.number().int().min(1),
  files: z.record(z.string(), z.string()),
  cases: z.record(z.string(), baselineCaseSchema),
});
type Baseline = z.infer<typeof baselineSchema>;

/** Where the baseline of a suite and profile is, relative to the project. */
export function baselineFile(suite: string, profile: string): string {
  return `evals/baselines/${suite}.${profile}.json`;
}

/** The baseline as the run that it was made of; undefined where there is none. Throws a `ConfigError` for one that cannot be read. */
export async function readBaseline(
  projectDir: string,
  suite: string,
  profile: string,
): Promise<SuiteRun | undefined> {
  const file = baselineFile(suite, profile);
  const text = await readFile(path.join(projectDir, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return text === undefined ? undefined : toRun(parseBaseline(file, text));
}

/** The suites that have a baseline of a profile. */
export async function suitesWithBaseline(projectDir: string, profile: string): Promise<string[]> {
  const ending = `.${profile}.json`;
  const files = await readdir(path.join(projectDir, 'evals/baselines')).catch(() => []);
  return files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length));
}

/** Writes the baseline of a run, the old one stays whole until the new one is. Returns its path relative to the project. */
export async function writeBaseline(projectDir: string, run: SuiteRun): Promise<string> {
  const file = baselineFile(run.suite, run.profile);
  const whole = path.join(projectDir, file);
  await mkdir(path.dirname(whole), { recursive: true });
  await writeFile(`${whole}.new`, print(toBaseline(run)));
  await rename(`${whole}.new`, whole);
  return file;
}

function parseBaseline(file: string, text: string): Baseline {
  const read = baselineSchema.safeParse(parseJson(file, text));
  if (read.success) return read.data;
  const [first] = read.error.issues;
  throw new ConfigError([
    `${file}: ${first?.path.join('.')}: ${first?.message}. Bless the suite anew: baton eval bless.`,
  ]);
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError([
      `${file} is not JSON (${String(cause)}). Bless the suite anew: baton eval bless.`,
    ]);
  }
}

function toBaseline(run: SuiteRun): Baseline {
  const { suite, description, graph, version, profile, models, deterministic, repeats, files } = run;
  const cases = Object.fromEntries(
    run.cases
      .toSorted((one, other) => (one.id < other.id ? -1 : 1))
      .map((one) => [one.id, toBaselineCase(one)]),
  );
  return {
    format: 1,
    suite,
    description,
    graph,
    version,
    profile,
    models,
    deterministic,
    repeats,
    files,
    cases,
  };
}

/** One line a case, so that git shows which changed. */
function print({ cases, ...rest }: Baseline): string {
  const head = JSON.stringify(rest, null, 1).replace(/\n}$/, '');
  const lines = Object.entries(cases).map(([id, one]) => `  ${JSON.stringify(id)}: ${JSON.stringify(one)}`);
  return `${head},\n "cases": {\n${lines.join(',\n')}\n }\n}\n`;
}

function toRun({ cases, ...rest }: Baseline): SuiteRun {
  return {
    ...rest,
    runId: '',
    leastEffect: 0,
    revision: null,
    startedAt: '',
    endedAt: '',
    cases: Object.entries(cases).map(([id, one]: [string, BaselineCase]) => fromBaselineCase(id, one)),
    interrupted: false,
  };
}
