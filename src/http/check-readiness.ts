import type { AppContext } from '../app-context.ts';
import type { ModelName } from '../config/model-name.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { pingDatabase, reachDatabase } from '../db/ping-database.ts';
import { countStates } from '../model/pool/watch-keys.ts';

const patienceMs = 2_000;

/** All that must be so before the service can take turns. A check that fails says why, without inner messages. */
export async function checkReadiness(context: AppContext) {
  const { config, database, db, graphs, log, turns } = context;
  const [answers, pool, migrations] = await Promise.all([
    inTime(async () => {
      const started = performance.now();
      await reachDatabase(database);
      return { ok: true, kind: database.kind, ms: Math.round(performance.now() - started) };
    }),
    inTime(
      async () => {
        await pingDatabase(db);
        return { ok: true, ...database.counts() };
      },
      () => database.counts(),
    ),
    inTime(async () => {
      const pending = await pendingMigrations(db);
      return { ok: pending.length === 0, pending };
    }),
  ]);
  const names = graphs.list().map(({ name }) => name);
  const { roles, embed } = config.models;
  return {
    accepting: turns.stopping ? { ok: false, reason: 'The service is stopping.' } : { ok: true },
    database: answers,
    connections: pool,
    migrations,
    queue: describeQueue(context),
    bus: { ok: true, state: context.bus.state() },
    limits: { ok: true, ...context.limits.limiter.state() },
    models: { ok: true, fast: nameOf(roles.fast), careful: nameOf(roles.careful), embed: nameOf(embed) },
    modelKeys: describeKeys(context),
    graphs: { ok: names.length > 0, names, problems: graphs.problems.length },
  };

  async function inTime<Check extends { ok: boolean }>(
    check: () => Promise<Check>,
    about: () => object = () => ({}),
  ): Promise<Check | Failed> {
    const late = Promise.withResolvers<Failed>();
    const timer = setTimeout(
      () => late.resolve({ ok: false, reason: 'It did not answer in time.', ...about() }),
      patienceMs,
    );
    try {
      return await Promise.race([check(), late.promise]);
    } catch (error) {
      log.warn({ err: error }, 'the service is not ready');
      return { ok: false, reason: 'It did not answer.', ...about() };
    } finally {
      clearTimeout(timer);
    }
  }
}

interface Failed {
  ok: false;
  reason: string;
}

/** Keys of tenants are only counted. A key that is refused is no failure of this process: others do no better. */
function describeKeys({ keys: { pool } }: AppContext) {
  const now = pool.now();
  const refused = pool
    .known()
    .filter((desk) => desk.key.tenant === null && desk.state(now) === 'refused')
    .map(({ key }) => key.id);
  return { ok: true, ...countStates(pool), refusedKeys: refused };
}

/** What waits and what runs. Other processes may carry out what waits, so much of it is no failure of this one. */
function describeQueue({ config, turns }: AppContext) {
  return {
    ok: true,
    running: turns.running.size,
    concurrency: config.role === 'api' ? 0 : config.runs.concurrency,
    waiting: turns.waiting,
    oldestWaitingSeconds: Math.round(turns.oldestWaiting),
  };
}

function nameOf({ provider, model }: ModelName): string {
  return provider === model ? provider : `${provider}:${model}`;
}
