import { exec } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type SeededRandom, seededRandom } from '../../src/films/seeded-random.ts';
import { onServer, urlOf } from '../../test/support/template-database.ts';
import { startModelServer } from '../model-server.ts';
import { type EffectsServer, startEffectsServer } from './effects-server.ts';
import type { ChaosOptions, Role } from './options.ts';
import { makeChaosProject } from './project.ts';
import { openReplica, type Replica } from './replica.ts';
import { playModel } from './script.ts';
import { startTcpProxy, type Target, type TcpProxy } from './tcp-proxy.ts';

/** Everything that a run of chaos needs: replicas, their database, the world around them, and the way of the clients to them. */
export interface Stage {
  replicas: Replica[];
  clients: TcpProxy;
  effects: EffectsServer;
  /** Where what the replicas log is kept, and the embedded database. */
  folder: string;
  /** The database itself, without a proxy; absent where it is embedded. */
  databaseUrl?: string;
  /** Restarts the database, or ends all its connections. */
  restartDatabase(): Promise<void>;
  /** Ends the replicas in an orderly way; the database stays, to be looked at. */
  stopReplicas(): Promise<void>;
  /** Removes the rest. */
  close(): Promise<void>;
}

export async function setStage(options: ChaosOptions, serverUrl: string | undefined): Promise<Stage> {
  const random = seededRandom(options.seed + 1);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-chaos-'));
  const effects = await startEffectsServer(random);
  const model = await startModelServer(playModel(random));
  const project = await makeChaosProject(effects.url);
  const name = `baton_chaos_${process.pid}_${Math.floor(performance.now())}`;
  if (serverUrl) await onServer(serverUrl, `create database ${name}`);
  const databaseUrl = serverUrl && urlOf(serverUrl, name);
  const env = { OPENAI_BASE_URL: model.url, BATON_MODEL_FAST: 'openai:scripted', BATON_MODEL_EMBED: 'local' };

  async function open(role: Role, at: number): Promise<Replica> {
    const database = databaseUrl ? await startTcpProxy(() => targetOf(databaseUrl)) : undefined;
    return openReplica({
      name: `replica-${at + 1}`,
      role,
      env: { ...env, ...placeOf(folder, databaseUrl, database) },
      projectDir: project.dir,
      logFile: path.join(folder, `replica-${at + 1}.log`),
      ...(database && { database }),
      pauseMs: () => random.whole(100, 1_200),
    });
  }

  /** One at a time: a server that is being restarted cannot be restarted. */
  let restarting: Promise<void> | undefined;
  async function restart(): Promise<void> {
    if (options.restartCommand) await promisify(exec)(options.restartCommand);
    else if (serverUrl) await onServer(serverUrl, endConnections(name));
  }

  const replicas: Replica[] = [];
  for (const [at, role] of options.roles.entries()) replicas.push(await open(role, at));
  const clients = await openRoad(replicas, random);
  return {
    replicas,
    clients,
    effects,
    folder,
    ...(databaseUrl && { databaseUrl }),
    restartDatabase() {
      restarting ??= restart().finally(() => {
        restarting = undefined;
      });
      return restarting;
    },
    async stopReplicas() {
      await Promise.all(replicas.map((replica) => replica.stop()));
    },
    async close() {
      clients.stop();
      for (const { database } of replicas) database?.stop();
      model.stop();
      effects.stop();
      await project.remove();
      if (serverUrl) await onServer(serverUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

export async function removeFolder({ folder }: Stage): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

function placeOf(
  folder: string,
  url: string | undefined,
  proxy: TcpProxy | undefined,
): Record<string, string> {
  if (!url || !proxy) return { BATON_DATA_DIR: path.join(folder, 'data') };
  const through = new URL(url);
  through.host = `127.0.0.1:${proxy.port}`;
  return { DATABASE_URL: through.href };
}

function targetOf(url: string): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 5432) };
}

const endConnections = (name: string) =>
  `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`;

/** The way of the clients: to one replica after the other, over connections of which some break and some fall silent. */
function openRoad(replicas: Replica[], random: SeededRandom): Promise<TcpProxy> {
  let turn = 0;
  const next = () => {
    const answering = replicas.filter((replica) => replica.role !== 'worker' && replica.isUp());
    turn += 1;
    return answering[turn % answering.length]?.target();
  };
  return startTcpProxy(next, (link) => {
    if (random.chance(0.3)) setTimeout(() => link.cut(), random.whole(5, 4_000)).unref();
    else if (random.chance(0.03)) setTimeout(() => link.stall(), random.whole(5, 2_000)).unref();
  });
}
