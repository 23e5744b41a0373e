import path from 'node:path';
import PQueue from 'p-queue';
import type { LoadedGraph } from '../../handoff/load-graph.ts';
import { type Caller, inTenant, localTenant } from '../../tenancy.ts';
import type { Case, Suite } from '../suite.ts';
import type { Attempt, CaseRun, SuiteRun } from '../suite-run.ts';
import type { Profile } from './profile.ts';
import { type AttemptContext, runAttempt } from './run-attempt.ts';
import type { Subject } from './subject.ts';

export interface RunOptions extends Omit<AttemptContext, 'subject' | 'deterministic'> {
  /** Shared by the suites that are run together. */
  runId: string;
  profile: Profile;
  /** How often each case is asked. */
  repeats: number;
  /** Attempts at once. */
  concurrency: number;
  /** Hears of each attempt that is over. */
  onAttempt?: (suite: string, id: string, attempt: Attempt) => void;
}

/** One version that is asked. */
export interface Asked {
  subject: Subject;
  /** Its project's folder, relative to that of the suites. */
  within: string;
  revision: string | null;
  /** The graph that is asked instead of the suite's. */
  graph?: string | undefined;
}

/**
 * Asks every case of a suite as often as wanted of each version, turn and turn about, and scores the answers: all first attempts before the
 * second ones. Gives a run a version. When the signal aborts, what is done by then is returned as `interrupted`; cases without an attempt
 * are left out.
 */
export async function runSuite(
  suite: Suite,
  asked: readonly Asked[],
  options: RunOptions,
): Promise<SuiteRun[]> {
  const { repeats, concurrency, signal } = options;
  const startedAt = new Date().toISOString();
  const sides = asked.map((one) => ({
    ...one,
    suite: withGraph(suite, one.graph),
    done: new Map<string, Attempt[]>(),
  }));
  const queue = new PQueue({ concurrency });
  const attempts = Array.from({ length: repeats }, (_, repeat) =>
    suite.cases.flatMap((_, at) => sides.map((side) => () => attempt(side, at, repeat, options))),
  ).flat();
  await asEval(() =>
    Promise.all(attempts.map((one) => queue.add(one, { signal }).catch(unlessAborted(signal)))),
  );
  const endedAt = new Date().toISOString();
  return sides.map((side) => ({
    ...describe(side, options),
    startedAt,
    endedAt,
    interrupted: signal.aborted,
  }));
}

interface RunningSide extends Asked {
  suite: Suite;
  done: Map<string, Attempt[]>;
}

async function attempt(side: RunningSide, at: number, repeat: number, options: RunOptions): Promise<void> {
  const { suite, subject, done } = side;
  const tried = suite.cases[at];
  if (!tried) return;
  const place = { suite: suite.name, case: tried.id, repeat };
  const { deterministic } = options.profile;
  const made = await runAttempt({ ...options, subject, deterministic }, tried, place);
  done.set(tried.id, [...(done.get(tried.id) ?? []), made]);
  options.onAttempt?.(suite.name, tried.id, made);
}

function describe(
  { suite, subject, within, revision, done }: RunningSide,
  { runId, profile, repeats }: RunOptions,
) {
  const { name, description, graph, leastEffect, cases } = suite;
  return {
    format: 1 as const,
    runId,
    suite: name,
    description,
    graph,
    ...versionOf(suite, subject.context.graphs.list(), within),
    profile: profile.name,
    models: profile.names,
    deterministic: profile.deterministic,
    leastEffect,
    revision,
    repeats,
    cases: cases.flatMap((tried) => {
      const attempts = done.get(tried.id);
      return attempts ? [toCaseRun(tried, attempts)] : [];
    }),
  };
}

/** The same suite of another graph: what asks the suite's own is asked of that one. */
function withGraph(suite: Suite, graph = suite.graph): Suite {
  const cases = suite.cases.map((tried) => (tried.graph === suite.graph ? { ...tried, graph } : tried));
  return { ...suite, graph, cases };
}

/** Whoever can run the command can do anything to its database. */
const caller: Caller = { tenant: localTenant, kind: 'local', id: 'local', name: 'an eval', role: 'admin' };

/** Does something as the tenant that evals are. */
export function asEval<T>(act: () => T): T {
  return inTenant({ tenant: localTenant, caller }, act);
}

function unlessAborted(signal: AbortSignal) {
  return (error: unknown) => {
    if (!signal.aborted) throw error;
  };
}

function toCaseRun({ id, hash, tags, gate, turns }: Case, attempts: Attempt[]): CaseRun {
  const asks = turns.map(({ ask, resume }) => ask ?? JSON.stringify(resume));
  return { id, hash, tags, gate, asks, attempts: attempts.toSorted((a, b) => a.repeat - b.repeat) };
}

/** The version of the suite's graph, and the texts of all graphs that its cases ask, by path from the folder of the suites' project. */
function versionOf(
  { graph, cases }: Suite,
  graphs: LoadedGraph[],
  within: string,
): Pick<SuiteRun, 'version' | 'files'> {
  const asked = graphs.filter(({ name }) => name === graph || cases.some((tried) => tried.graph === name));
  const at = (file: string) => path.posix.join(...within.split(path.sep), file);
  const files = asked.flatMap(({ graph: read, seats }) => [
    [at(`graphs/${read.name}.yaml`), read.text],
    ...[...seats.values()].map(({ agent }) => [at(`agents/${agent.name}.md`), agent.text]),
  ]);
  return {
    version: asked.find(({ name }) => name === graph)?.version ?? '',
    files: Object.fromEntries(files),
  };
}
