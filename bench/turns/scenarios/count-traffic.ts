import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { drive } from '../drive.ts';
import { right } from '../right.ts';
import { type Plan, tell } from '../scenario.ts';
import { type Name, names, type Stage } from '../stage.ts';
import { type CountProxy, startCountProxy } from '../start-count-proxy.ts';

/** What a turn makes pass between a service and its database; all but `atRest` with what the service does at rest anyway. */
export interface PerTurn {
  roundTrips: number;
  /** By the database's own count: each `COMMIT`, and each statement outside of a transaction. */
  transactions: number;
  /** `COMMIT` alone. */
  commits: number;
  sentKb: number;
  receivedKb: number;
  /** Round trips a second when nobody asks anything. */
  atRest: number;
}

/** Counts at eight clients, through a proxy, apart from all that is timed, both services at once. Nothing where the database is embedded: no wire leads to it. */
export async function countTraffic(stage: Stage, { quick }: Plan): Promise<Partial<Record<Name, PerTurn>>> {
  if (stage.kind === 'pglite')
    tell('turns: round trips are not counted: no wire leads to the embedded database');
  const subjects = stage.kind === 'pglite' ? [] : names;
  return Object.fromEntries(
    await Promise.all(subjects.map(async (name) => [name, await count(stage, name, quick)] as const)),
  );
}

async function count(stage: Stage, name: Name, quick: boolean): Promise<PerTurn> {
  const databaseUrl = stage.urlOf(name) ?? '';
  const proxy = await startCountProxy(databaseUrl);
  const { subject, stop } = await stage.start(name, { databaseUrl: proxy.url });
  const run = (milliseconds: number) =>
    drive(subject, { clients: 8, milliseconds, longFilms: stage.longFilms });
  try {
    await run(500); // opens the connections
    const atRest = await watchRest(proxy, quick ? tellingMs : 5_000);
    const transactions = await transactionsOf(databaseUrl);
    const before = await proxy.read();
    const { turns } = right(await run(quick ? 700 : 5_000), name);
    const after = await proxy.read();
    await sleep(tellingMs);
    const perTurn = (what: keyof typeof before) => (after[what] - before[what]) / turns.length;
    return {
      roundTrips: perTurn('roundTrips'),
      transactions: ((await transactionsOf(databaseUrl)) - transactions) / turns.length,
      commits: perTurn('commits'),
      sentKb: perTurn('bytesSent') / 1_000,
      receivedKb: perTurn('bytesReceived') / 1_000,
      atRest,
    };
  } finally {
    await stop();
    proxy.stop();
  }
}

async function watchRest(proxy: CountProxy, milliseconds: number): Promise<number> {
  const { roundTrips } = await proxy.read();
  await sleep(milliseconds);
  return ((await proxy.read()).roundTrips - roundTrips) / (milliseconds / 1_000);
}

/** Sessions tell their counts each second, in milliseconds. */
const tellingMs = 1_100;

/** Asked over another database, so that the asking does not count. */
async function transactionsOf(databaseUrl: string): Promise<number> {
  const url = new URL(databaseUrl);
  const database = url.pathname.slice(1);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query('select xact_commit from pg_stat_database where datname = $1', [
    database,
  ]);
  await client.end();
  return Number(rows[0]?.xact_commit);
}
