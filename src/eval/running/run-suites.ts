import path from 'node:path';
import PQueue from 'p-queue';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/open-database.ts';
import type { Logger } from '../../log.ts';
import { type CassetteOptions, type Cassettes, openCassettes } from '../../model/cassettes/open-cassettes.ts';
import { newId } from '../../new-id.ts';
import type { FileProblem } from '../../yaml/file-problem.ts';
import type { Suite } from '../suite.ts';
import type { SuiteRun } from '../suite-run.ts';
import { openSubject } from './open-subject.ts';
import { openPlaces, type Places } from './places.ts';
import { prepareSuites } from './prepare-suites.ts';
import type { Profile } from './profile.ts';
import { readRevision } from './read-revision.ts';
import type { RunHearing } from './run-hearing.ts';
import { type Asked, runSuite } from './run-suite.ts';

export interface RunSuitesOptions {
  config: Config;
  log: Logger;
  profile: Profile;
  /** Instead of what each suite says. */
  repeats?: number | undefined;
  concurrency: number;
  tape?: Pick<CassetteOptions, 'dir' | 'mode'> | undefined;
  /** Whether judges tell LangSmith what they do, as its own settings say. */
  tracesJudges?: boolean | undefined;
  signal: AbortSignal;
  /** Makes the database of each version and group of suites; absent: an embedded one. */
  makeDatabase?: (() => Promise<Database>) | undefined;
  hear?: RunHearing;
}

/** A version of the project: its folder, and the graph that is asked instead of each suite's. */
export interface Version {
  projectDir: string;
  graph?: string | undefined;
}

export interface SuitesRun {
  /** A list of runs a version. */
  byVersion: SuiteRun[][];
  /** Tapes that could not be read: what asked for them is errored. */
  problems: FileProblem[];
}

/**
 * Runs suites, each on all versions turn and turn about. Suites of one project that make nothing ready of their own share a
 * database. Rejects when a subject cannot be opened; what ran by then is lost. When the signal aborts, what is there is returned, the last
 * run as `interrupted`.
 */
export async function runSuites(
  suites: readonly Suite[],
  versions: readonly Version[],
  options: RunSuitesOptions,
): Promise<SuitesRun> {
  const places = openPlaces();
  const { tape, config, profile } = options;
  const cassettes = tape && openCassettes({ ...tape, place: places.current, profile: profile.name });
  const shared = { ...options, runId: newId(), places, ...(cassettes && { cassettes }) };
  const queue = new PQueue({ concurrency: profile.deterministic ? groupsAtOnce : 1 });
  try {
    const begun = groupsOf(suites, config.projectDir).map((group) =>
      queue.add(async () => (options.signal.aborted ? [] : runGroup(group, versions, shared))),
    );
    await Promise.allSettled(begun);
    const runs = await Promise.all(begun);
    const byVersion = versions.map((_, at) => runs.flatMap((ofGroup) => ofGroup[at] ?? []));
    return { byVersion, problems: cassettes?.problems() ?? [] };
  } finally {
    await cassettes?.close(!options.signal.aborted);
  }
}

/** Where no model is waited for, opening one group's database and asking another's cases share the processors. */
const groupsAtOnce = 2;

interface Group {
  /** The folder of the project that is asked, relative to the version's. */
  within: string;
  suites: Suite[];
}

/** Suites that share a database, in the order in which the first of each was named. */
function groupsOf(suites: readonly Suite[], ownDir: string): Group[] {
  const groups = new Map<string, Group>();
  for (const suite of suites) {
    const within = path.relative(ownDir, suite.projectDir ?? ownDir);
    const key = suite.setup ? `alone ${suite.name}` : `shared ${within}`;
    const group = groups.get(key) ?? { within, suites: [] };
    groups.set(key, { within, suites: [...group.suites, suite] });
  }
  return [...groups.values()];
}

interface Shared extends RunSuitesOptions {
  runId: string;
  places: Places;
  cassettes?: Cassettes;
}

async function runGroup(group: Group, versions: readonly Version[], shared: Shared): Promise<SuiteRun[][]> {
  const { signal, hear } = shared;
  const opened: OpenedVersion[] = [];
  try {
    for (const version of versions) opened.push(await openVersion(version, group, shared));
    const bySuite: SuiteRun[][] = [];
    for (const suite of group.suites) {
      if (signal.aborted) break;
      const repeats = shared.repeats ?? suite.repeat;
      hear?.begin?.(suite.name, suite.cases.length * repeats * versions.length);
      const onAttempt = hear?.attempt && { onAttempt: hear.attempt };
      const runs = await runSuite(suite, opened, { ...shared, repeats, ...onAttempt });
      hear?.end?.(runs);
      bySuite.push(runs);
    }
    return versions.map((_, at) => bySuite.flatMap((runs) => runs[at] ?? []));
  } finally {
    for (const { close } of opened) await close();
  }
}

interface OpenedVersion extends Asked {
  close(): Promise<void>;
}

async function openVersion(
  { projectDir, graph }: Version,
  group: Group,
  shared: Shared,
): Promise<OpenedVersion> {
  const { makeDatabase, cassettes, hear } = shared;
  const database = await makeDatabase?.();
  const subject = await openSubject({
    ...shared,
    projectDir: path.join(projectDir, group.within),
    ...(database && { database }),
    ...(cassettes && { wrapChat: cassettes.wrap, asksNobody: shared.tape?.mode === 'replay' }),
    ...(hear?.prepare && { progress: hear.prepare }),
  });
  const close = async () => {
    await subject.close();
    await database?.close();
  };
  try {
    await prepareSuites(subject, group.suites, shared);
    const { within } = group;
    return { subject, graph, within, revision: await readRevision(projectDir), close };
  } catch (error) {
    await close();
    throw error;
  }
}
