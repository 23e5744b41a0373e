import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../test/support/start-process.ts';
import { onServer, urlOf } from '../../test/support/template-database.ts';
import { type Place, prepareDatabase } from './prepare-database.ts';
import { type ServiceProcess, startService } from './service-process.ts';
import { type Model, startModel } from './start-model.ts';
import { batonAt, referenceAt, type Subject } from './subject.ts';

export type Name = Subject['name'];
export const names = ['baton', 'reference'] as const;

/** A service that was started for a scenario. */
export interface Running {
  subject: Subject;
  stop(): Promise<void>;
}

/** Where scenarios play: the model, and a database for each service with the same films in it. */
export interface Stage {
  kind: 'postgres' | 'pglite';
  model: Model;
  key: string;
  longFilms: number;
  /** The database of a service; undefined where it is embedded. */
  urlOf(name: Name): string | undefined;
  /** Where its tables are; where it is embedded, for whoever opens it when the service does not run. */
  placeOf(name: Name): Place;
  /** Starts a service, in place of one that was kept; `databaseUrl` leads to its database by another way. */
  start(name: Name, options?: StartOptions): Promise<Running>;
  /** Leaves a service up for the scenario after this one. */
  keep(running: Running): void;
  /** The service that was kept. */
  kept(name: Name): Running | undefined;
  /** Stops what is kept. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface StartOptions {
  databaseUrl?: string;
  /** Beside what the scenario needs anyway. */
  env?: Record<string, string>;
}

/** On the server at `server`, or embedded. The reference gets a copy of Baton's database, before anything was asked. */
export async function setStage(server: string | undefined): Promise<Stage> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-bench-'));
  const database = (name: Name) => `baton_bench_${process.pid}_${name}`;
  const url = (name: Name) => server && urlOf(server, database(name));
  const folderOf = (name: Name) => path.join(folder, name);
  const model = await startModel();
  const kept = new Map<Name, Running>();

  async function stopKept(name: Name): Promise<void> {
    const running = kept.get(name);
    kept.delete(name);
    await running?.stop();
  }

  async function clear(): Promise<void> {
    await Promise.all(names.map(stopKept));
  }

  async function close(): Promise<void> {
    await clear();
    model.stop();
    const drop = (name: Name) => `drop database if exists ${database(name)} with (force)`;
    if (server) await Promise.all(names.map((name) => onServer(server, drop(name))));
    await rm(folder, { recursive: true, force: true });
  }

  async function prepare() {
    const batonUrl = url('baton');
    if (server) await onServer(server, `create database ${database('baton')}`);
    const prepared = await prepareDatabase(batonUrl ? { url: batonUrl } : { folder: folderOf('baton') });
    if (server)
      await onServer(server, `create database ${database('reference')} template ${database('baton')}`);
    else await cp(path.join(folderOf('baton'), 'db'), folderOf('reference'), { recursive: true });
    return prepared;
  }

  const { key, longFilms } = await prepare().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    kind: server ? 'postgres' : 'pglite',
    model,
    key,
    longFilms,
    urlOf: url,
    placeOf(name) {
      const there = url(name);
      if (there) return { url: there };
      return { folder: name === 'baton' ? path.join(folderOf(name), 'db') : folderOf(name) };
    },
    keep(running) {
      kept.set(running.subject.name, running);
    },
    kept: (name) => kept.get(name),
    clear,
    async start(name, { databaseUrl = url(name), env = {} } = {}) {
      await stopKept(name);
      const way = wayOf(name, { databaseUrl, folder: folderOf(name), key });
      const service = await startService({
        ...way,
        env: { ...way.env, OPENAI_API_KEY: 'sk-scripted', OPENAI_BASE_URL: model.url, ...env },
        logFile: path.join(folder, `${name}.log`),
      });
      return { subject: subjectOf(name, service, key), stop: service.stop };
    },
    close,
  };
}

/** Limits that count as always and that nothing in a benchmark reaches. */
const limits = ['address', 'key', 'tenant', 'bot']
  .map((kind) => `${kind}=10000000/1m`)
  .concat(
    ['turns', 'streams'].flatMap((thing) => ['key', 'tenant'].map((kind) => `${thing}.${kind}=10000000/1m`)),
  )
  .concat('open.key=2000', 'open.tenant=2000', 'waiting.tenant=4000')
  .join(',');

/**
 * How each is started. Baton as its users start it, with keys asked for, limits counted, money in the ledger and its log written; what
 * is set is where the models are, and what 1,000 streams at once need: places for their runs, and limits that they do not reach.
 */
function wayOf(
  name: Name,
  { databaseUrl, folder, key }: { databaseUrl: string | undefined; folder: string; key: string },
) {
  if (name === 'reference') {
    const env = { DATABASE_URL: databaseUrl, REFERENCE_DATA_DIR: folder, REFERENCE_KEY: key };
    return { args: [path.join(import.meta.dirname, 'reference/service.ts')], cwd: root, env };
  }
  const env = {
    DATABASE_URL: databaseUrl,
    BATON_DATA_DIR: folder,
    BATON_AUTH: 'required',
    BATON_LIMITS: limits,
    BATON_RUN_CONCURRENCY: '1200',
    BATON_MAX_WAITING: '4000',
    BATON_MODEL_FAST: 'openai:scripted',
    BATON_MODEL_CAREFUL: 'openai:scripted',
    BATON_MODEL_EMBED: 'local',
  };
  return { args: [path.join(root, 'bin/serve.js')], cwd: path.join(import.meta.dirname, 'project'), env };
}

function subjectOf(name: Name, { url, pid }: ServiceProcess, key: string): Subject {
  return name === 'baton' ? batonAt({ url, pid, key }) : referenceAt({ url, pid, key });
}
