import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type CommandResponse, type ConstructorOptions, PgBoss } from 'pg-boss';
import { NIL } from 'uuid';
import type { Database } from '../db/open-database.ts';
import type { Schema } from '../db/schema.ts';
import { limitSession, limitsFor } from '../db/session-limits.ts';
import type { Logger } from '../log.ts';
import { asOwner, currentTenant, inTenant, tenantKey } from '../tenancy.ts';
import { guardQueue } from './guard-queue.ts';
import { nextTime } from './next-time.ts';
import { insertPlace, type PlacedRow } from './place-run.ts';
import { asQueue, throughKysely, throughPglite } from './queue-database.ts';

type Db = Kysely<Schema>; // a transaction is one too

/** A run that this process was given to carry out. It has it until the claim is ended, handed back, or lapses. */
export interface Claim {
  /** The run's id. */
  id: string;
  /** Which claim on the run this is. */
  retryCount: number;
  tenant: string;
  threadId: string;
}

/** Work beside runs: done by any worker, again with growing pauses when it fails. */
export interface SideJob {
  id: string;
  data: unknown;
  /** Aborts when the job is another's by now. */
  signal: AbortSignal;
}

/**
 * What waits to be done, on pg-boss, for the tenant that had it added. A thread's runs are claimed one at a time, in the order in which they were added;
 * a claim that is not kept up for `leaseSeconds` goes to whoever asks next. Every call is in the database's own
 * transaction where one is given.
 */
export interface Queue {
  addRun(trx: Db, run: { runId: string; threadId: string; beginAfter?: Date }): Promise<void>;
  /** Whether a run may be claimed as it is added, for the statement that adds it: there is a place for it, and its tenant has not too many under way. */
  mayBegin(hasPlace: boolean): RawBuilder<boolean>;
  /** Adds a run for each row of `accepted`, as part of a statement; where `begins` holds, this process has claimed it: see `claimOf`. */
  placeRun(run: { runId: string; threadId: string }, row: PlacedRow): RawBuilder<unknown>;
  /** The claim on a run that was claimed as it was added. */
  claimOf(run: { runId: string; threadId: string }): Claim;
  /** Claims runs that may begin, at most `limit`, and none of the tenants in `except`. */
  claimRuns(limit: number, except?: string[]): Promise<Claim[]>;
  /** Keeps claims up, and returns the ids of those that are still this process's. */
  keepClaims(claims: Claim[]): Promise<Set<string>>;
  /** Whether a claim is still this process's, for a statement that is to do nothing else. */
  isHeld(claim: Claim): RawBuilder<boolean>;
  /** Whether the run of the statement's `run_id` is in the queue. */
  isKnown(): RawBuilder<boolean>;
  /** Ends a claim: its run is over. False when the claim is another's by now. */
  endClaim(trx: Db, claim: Claim): Promise<boolean>;
  /** Gives a run back, to be claimed again at once. False as above. */
  handBack(trx: Db, claim: Claim): Promise<boolean>;
  /** Takes a run out, whoever has it. */
  dropRun(trx: Db, runId: string): Promise<void>;
  /** Gives back every claim, on runs and on documents: of a process that is known to be gone. */
  releaseClaims(): Promise<void>;
  addJob(trx: Db, kind: SideJobKind, data: object, when?: { startAfter?: Date; id?: string }): Promise<void>;
  /** Has the jobs of a kind done here, a few at a time, each on behalf of its tenant. A `work` that rejects is tried again later. */
  workOff(kind: SideJobKind, work: (job: SideJob) => Promise<void>, atOnce?: number): Promise<void>;
  /** When a schedule comes round next: see `nextTime`. */
  nextTime(schedule: string, at: { timezone: string; after: Date }): Date;
  close(): Promise<void>;
}

export const leaseSeconds = 10;

/** How often each kind of work beside runs is tried, and how its pauses grow, in seconds. */
const sideJobs = {
  webhook: { retryLimit: 8, retryDelay: 5, retryBackoff: true, retryDelayMax: 3_600 },
  alert: { retryLimit: 8, retryDelay: 5, retryBackoff: true, retryDelayMax: 3_600 },
  'domain-event': { retryLimit: 8, retryDelay: 5, retryBackoff: true, retryDelayMax: 3_600 },
  score: { retryLimit: 8, retryDelay: 5, retryBackoff: true, retryDelayMax: 600 },
  judge: { retryLimit: 8, retryDelay: 10, retryBackoff: true, retryDelayMax: 3_600, expireInSeconds: 900 },
  cron: { retryLimit: 20, retryDelay: 5, retryBackoff: true, retryDelayMax: 60 },
  // May take long, and whoever is at it shows so; tried again at once, since whoever does it knows what failed and when it is worth it.
  document: {
    retryLimit: 1_000_000,
    retryDelay: 1,
    heartbeatSeconds: leaseSeconds,
    expireInSeconds: 86_000,
    deleteAfterSeconds: 3_600,
  },
} as const;
export type SideJobKind = keyof typeof sideJobs;

const runs = 'run';

export interface QueueOptions {
  log: Logger;
  /** Whether this process looks after lapsed claims, as workers do. */
  supervises: boolean;
  /** Runs of one tenant that are carried out at once, by all processes together; absent: as many as there is room for. */
  runsPerTenant?: number | undefined;
}

/** Makes the queue ready. Where that fails, nothing of it is left that works on. */
export async function openQueue(
  database: Database,
  { log, supervises, runsPerTenant }: QueueOptions,
): Promise<Queue> {
  const boss = new PgBoss({ ...reach(database), ...habits(supervises) });
  boss.on('error', (error) => log.warn({ err: error }, 'the queue could not do its housekeeping'));
  try {
    await boss.start();
    await createQueues(boss);
    await asOwner(() => guardQueue(database.db));
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined); // what failed first is told
    throw error;
  }
  return {
    ...runQueue(boss, database.db, runsPerTenant),
    ...sideQueue(boss),
    nextTime: (schedule, at) => nextTime(boss, schedule, at),
    close: () => boss.stop({ graceful: false }),
  };
}

/** On a server, pg-boss has two connections of its own, so that its housekeeping never waits for ours. */
function reach(database: Database): ConstructorOptions {
  if (database.kind === 'pglite') return { db: throughPglite(database), backend: 'pglite' };
  return {
    ...database.connection,
    max: 2,
    application_name: 'baton-queue',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    onConnect: (client: Parameters<typeof limitSession>[0]) => limitSession(client, limitsFor(60_000)), // pg's pool waits for it
  } as ConstructorOptions; // which are those of a pool as well, though its types name a few only
}

function habits(supervise: boolean): ConstructorOptions {
  return {
    schema: 'baton_queue',
    supervise,
    schedule: false,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
    maintenanceIntervalSeconds: 600,
    reindex: false,
    monitorVacuum: false,
    useListenNotify: false,
  };
}

/** Claims are tried for as long as it takes: how often a run is begun is counted with the run. */
async function createQueues(boss: PgBoss): Promise<void> {
  const known = new Set((await boss.getQueues()).map(({ name }) => name));
  if (!known.has(runs)) {
    await boss.createQueue(runs, {
      policy: 'key_strict_fifo',
      heartbeatSeconds: leaseSeconds,
      retryLimit: 1_000_000,
      retryDelay: 0,
      expireInSeconds: 86_000,
    });
  }
  for (const [kind, options] of Object.entries(sideJobs)) {
    if (!known.has(kind)) await boss.createQueue(kind, { expireInSeconds: 120, ...options });
  }
  // pg-boss reads what it does not know of a queue on a connection of its own; within a transaction of the embedded
  // database's one connection that would wait for ever, so it gets to know them all now.
  await Promise.all([runs, ...Object.keys(sideJobs)].map((name) => boss.touch(name, NIL)));
}

/** What the queue keeps of a run. */
interface ThreadOfTenant {
  tenant: string;
  threadId: string;
}

function runQueue(boss: PgBoss, db: Db, perTenant: number | undefined) {
  const always = asQueue(throughKysely(db));
  return {
    async addRun(trx, { runId, threadId, beginAfter }) {
      const when = beginAfter && { startAfter: beginAfter };
      const tenant = currentTenant();
      const place = { singletonKey: tenantKey(threadId), group: { id: tenant } };
      await boss.send(runs, { tenant, threadId }, { id: runId, ...place, ...when, db: throughKysely(trx) });
    },
    mayBegin(hasPlace) {
      if (!perTenant) return sql`${hasPlace}::boolean`;
      return sql<boolean>`${hasPlace}::boolean and (select count(*) from baton_queue.job
        where name = ${runs} and state = 'active' and group_id = ${currentTenant()}) < ${perTenant}::int`;
    },
    placeRun({ runId, threadId }, row) {
      const tenant = currentTenant();
      const place = { singletonKey: tenantKey(threadId), groupId: tenant };
      return insertPlace({ queue: runs, runId, data: { tenant, threadId }, ...place }, row);
    },
    claimOf: ({ runId, threadId }) => ({ id: runId, retryCount: 0, tenant: currentTenant(), threadId }),
    async claimRuns(limit, except = []) {
      const options = {
        batchSize: limit,
        ...(perTenant && { groupConcurrency: perTenant }),
        ...(except.length > 0 && { ignoreGroups: except }),
        db: always,
      };
      const jobs = await boss.fetch<ThreadOfTenant>(runs, options);
      return jobs.map(({ id, retryCount, data }) => ({ id, retryCount, ...data }));
    },
    async keepClaims(claims) {
      if (claims.length === 0) return new Set();
      return new Set(settled(await boss.touch(runs, claims, { db: always })));
    },
    isHeld: ({ id, retryCount }) => sql<boolean>`exists (
      select from baton_queue.job held
      where held.name = ${runs} and held.id = ${id} and held.state = 'active' and held.retry_count = ${retryCount})`,
    isKnown: () => sql<boolean>`exists (
      select from baton_queue.job known where known.name = ${runs} and known.id = run_id)`,
    async endClaim(trx, claim) {
      return settled(await boss.deleteJob(runs, claim, { db: throughKysely(trx) })).length > 0;
    },
    async handBack(trx, claim) {
      return settled(await boss.fail(runs, claim, null, { db: throughKysely(trx) })).length > 0;
    },
    async dropRun(trx, runId) {
      await boss.deleteJob(runs, runId, { db: throughKysely(trx) });
    },
    async releaseClaims() {
      for (const name of [runs, 'document' satisfies SideJobKind]) {
        const jobs = await boss.findJobs(name, { db: always });
        const claimed = jobs.filter(({ state }) => state === 'active').map(({ id }) => id);
        if (claimed.length > 0) await boss.fail(name, claimed, null, { db: always });
      }
    },
  } satisfies Partial<Queue>;
}

function sideQueue(boss: PgBoss) {
  return {
    async addJob(trx, kind, data, when = {}) {
      await boss.send(kind, { tenant: currentTenant(), ...data }, { ...when, db: throughKysely(trx) });
    },
    async workOff(kind, work, atOnce = 2) {
      const options = {
        batchSize: 1,
        localConcurrency: atOnce,
        pollingIntervalSeconds: 1,
        burstWhenBatchFull: true, // who had a job asks for the next at once
      };
      await boss.work<{ tenant: string }>(kind, options, async ([job]) => {
        if (!job) return;
        const { tenant, ...data } = job.data;
        await inTenant(tenant, () => work({ id: job.id, data, signal: job.signal }));
      });
    },
  } satisfies Partial<Queue>;
}

/** The ids of the jobs that a command reached; its claims are fenced, so a job that is another's by now is not among them. */
function settled(response: CommandResponse): string[] {
  return (response as { settled?: string[] }).settled ?? []; // pg-boss returns it and does not declare it
}
