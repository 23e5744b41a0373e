import { setTimeout as sleep } from 'node:timers/promises';
import type { AppContext } from '../app-context.ts';
import type { ModelName } from '../config.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { pingDatabase } from '../db/ping-database.ts';

const patienceMs = 2_000;

/** All that must be so before the service can take turns. A check that fails says why, without inner messages. */
export async function checkReadiness({ config, database, db, graphs, log, turns }: AppContext) {
  const answers = await inTime(async () => {
    const started = performance.now();
    await pingDatabase(db);
    return { ok: true, kind: database.kind, ms: Math.round(performance.now() - started) };
  });
  const migrations = await inTime(async () => {
    const pending = await pendingMigrations(db);
    return { ok: pending.length === 0, pending };
  });
  const names = graphs.list().map(({ name }) => name);
  const { roles, embed } = config.models;
  return {
    accepting: turns.stopping ? { ok: false, reason: 'The service is stopping.' } : { ok: true },
    database: answers,
    migrations,
    models: { ok: true, fast: nameOf(roles.fast), careful: nameOf(roles.careful), embed: nameOf(embed) },
    graphs: { ok: names.length > 0, names, problems: graphs.problems.length },
  };

  async function inTime<Check extends { ok: boolean }>(check: () => Promise<Check>): Promise<Check | Failed> {
    const late = sleep(patienceMs, { ok: false, reason: 'It did not answer in time.' } as const, {
      ref: false,
    });
    try {
      return await Promise.race([check(), late]);
    } catch (error) {
      log.warn({ err: error }, 'the service is not ready');
      return { ok: false, reason: 'It did not answer.' };
    }
  }
}

interface Failed {
  ok: false;
  reason: string;
}

function nameOf({ provider, model }: ModelName): string {
  return provider === model ? provider : `${provider}:${model}`;
}
