import type { BaseCheckpointSaver } from '@langchain/langgraph';
import type { Kysely } from 'kysely';
import type { Bus } from '../bus/bus.ts';
import type { Config } from '../config.ts';
import type { BegunRun } from '../db/runs.ts';
import type { Schema } from '../db/schema.ts';
import type { GraphShelf } from '../handoff/graph-shelf.ts';
import type { Limits } from '../limits/open-limits.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics/open-metrics.ts';
import type { Claim, Queue } from '../queue/open-queue.ts';
import type { Ledger } from '../usage/open-ledger.ts';
import { BegunStates } from './begun-states.ts';
import type { Journal } from './journal/journal.ts';
import { type LiveLogs, openLiveLogs } from './live-logs.ts';

/** A run that is carried out in this process. */
export interface RunningRun {
  claim: Claim;
  /** Stops it at once; the reason decides how it ends. */
  stop(reason: Error): void;
  /** Has it handed over after the step that it is in. */
  drain(): void;
  /** Resolves when nothing of it is left here. */
  over: Promise<void>;
}

/** Room for one run that this process is about to begin. */
export interface Place {
  /** Carries out a run that was begun as it was accepted. */
  begin(claim: Claim, run: BegunRun): void;
  /** It is not needed. */
  leave(): void;
}

/** What is under way in this process. */
export interface Turns {
  logs: LiveLogs;
  begun: BegunStates;
  /** The runs that are carried out here, by id. */
  running: Map<string, RunningRun>;
  /** Has the queue looked into now; nothing in a process that carries out no runs. */
  wake: () => void;
  /** Whether this process has no room for another run: then others are told of those that wait. */
  isFull: () => boolean;
  /** Room for a run that is begun as it is accepted; undefined where there is none beyond what those that wait need. */
  takePlace: () => Place | undefined;
  /** Whether a turn that ended is to be scored: none, unless somebody here scores turns. */
  isSampled: (run: { run_id: string; graph: string }) => boolean;
  /** Set when the process is about to end: no turn is accepted any more. */
  stopping: boolean;
  /** Aborts when watchers have to go elsewhere. */
  closed: AbortController;
  /** How many runs wait for a worker, as last counted. */
  waiting: number;
  /** The same of each tenant, with those that were accepted here since. */
  waitingOf: Map<string, number>;
  /** How many turns are being accepted just now: they may have to wait as well. */
  accepting: number;
  /** How long the oldest of them had waited then, in seconds. */
  oldestWaiting: number;
}

/** What turns need of everything that is open. */
export interface TurnContext {
  config: Config;
  db: Kysely<Schema>;
  log: Logger;
  metrics: Metrics;
  saver: BaseCheckpointSaver;
  graphs: GraphShelf;
  queue: Queue;
  bus: Bus;
  limits: Limits;
  turns: Turns;
  journal: Journal;
  ledger: Pick<Ledger, 'written'>;
}

export function noTurns(): Turns {
  return {
    logs: openLiveLogs(),
    begun: new BegunStates(),
    running: new Map(),
    wake: () => undefined,
    isFull: () => true,
    takePlace: () => undefined,
    isSampled: () => false,
    stopping: false,
    closed: new AbortController(),
    waiting: 0,
    waitingOf: new Map(),
    accepting: 0,
    oldestWaiting: 0,
  };
}
