/**
 * What limits cost: the same request to a service without limits, with limits in the database, and with limits in Redis, one after another,
 * interleaved. Each service is a process of its own; a light request reads one thread, a turn runs a graph on the offline model.
 *
 * `[DATABASE_URL=postgres://…] npm run bench:limits -- [--requests N] [--turns N] [--json FILE]`
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { migrate } from '../src/db/migrate.ts';
import { openEmbedded, openPostgres } from '../src/db/open-database.ts';
import { makeKey } from '../src/identity/make-key.ts';
import { makeRedisServer, whyNoRedis } from '../test/bus/redis-server.ts';
import { type ServiceProcess, startProcess } from '../test/support/start-process.ts';
import { agentText, makeProject } from '../test/support/temp-project.ts';
import { onServer, urlOf } from '../test/support/template-database.ts';

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '1500' },
    turns: { type: 'string', default: '150' },
    json: { type: 'string' },
  },
});

const server = process.env.DATABASE_URL;
const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-bench-'));
const database = `baton_bench_${process.pid}`;
const project = await makeProject({
  'agents/clerk.md': agentText('You are the clerk.'),
  'graphs/desk.yaml': 'start: clerk\nagents: [clerk]\n',
});
const redis = whyNoRedis() === undefined ? await makeRedisServer() : undefined;
await redis?.start();

/** As many as there usually are, and none that is reached. */
const limits =
  'address=1000000/1m,key=1000000/1m,tenant=1000000/1m,bot=1000000/1m,turns.key=1000000/1m,turns.tenant=1000000/1m';

interface Variant {
  name: 'none' | 'database' | 'redis';
  service: ServiceProcess;
  threadId: string;
}

const authorization = `Bearer ${await prepare()}`;
const headers = { authorization, 'content-type': 'application/json' };
const variants: Variant[] = [];
try {
  for (const name of ['none', 'database', ...(redis ? (['redis'] as const) : [])] as const)
    variants.push(await start(name));
  await measure(50, readThread);
  await measure(10, runTurn);
  const light = await measure(Number(options.requests), readThread);
  const turn = await measure(Number(options.turns), runTurn);
  const result = { database: server ? 'postgres' : 'pglite', light: compare(light), turn: compare(turn) };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  if (options.json) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  for (const { service } of variants) await service.stop('SIGTERM');
  await redis?.kill();
  await project.remove();
  await rm(folder, { recursive: true, force: true });
  if (server) await onServer(server, `drop database ${database} with (force)`);
}

/** A database with a key in it; its text. */
async function prepare(): Promise<string> {
  if (server) await onServer(server, `create database ${database}`);
  const opened = server
    ? openPostgres(urlOf(server, database))
    : await openEmbedded(path.join(folder, 'made'));
  await migrate(opened.db);
  const { text } = await makeKey(opened.db, 'command', 'local', { name: 'bench', role: 'admin' });
  await opened.close();
  return text;
}

async function start(name: Variant['name']): Promise<Variant> {
  const data = path.join(folder, name);
  if (!server) await cp(path.join(folder, 'made'), data, { recursive: true });
  const service = await startProcess(
    {
      BATON_AUTH: 'required',
      BATON_DATA_DIR: data,
      BATON_LIMITS: name === 'none' ? 'off' : limits,
      ...(server && { DATABASE_URL: urlOf(server, database) }),
      REDIS_URL: name === 'redis' ? redis?.url : undefined,
    },
    project.dir,
  );
  const answer = await fetch(`${service.url}/threads`, { method: 'POST', headers, body: '{}' });
  const { thread_id: threadId } = (await answer.json()) as { thread_id: string };
  return { name, service, threadId };
}

/** Milliseconds of each request, by variant. */
async function measure(
  times: number,
  ask: (variant: Variant) => Promise<Response>,
): Promise<Map<string, number[]>> {
  const taken = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (let n = 0; n < times; n++) {
    for (const variant of variants) {
      const began = performance.now();
      const answer = await ask(variant);
      await answer.text();
      if (!answer.ok) throw new Error(`${variant.name} answered ${answer.status}`);
      taken.get(variant.name)?.push(performance.now() - began);
    }
  }
  return taken;
}

function readThread({ service, threadId }: Variant): Promise<Response> {
  return fetch(`${service.url}/threads/${threadId}`, { headers });
}

function runTurn({ service }: Variant): Promise<Response> {
  const body = JSON.stringify({
    assistant_id: 'desk',
    input: { messages: [{ role: 'user', content: 'Hello' }] },
  });
  return fetch(`${service.url}/runs/wait`, { method: 'POST', headers, body });
}

/** Medians in milliseconds, and as ratios to the one without limits. */
function compare(taken: Map<string, number[]>) {
  const base = median(taken.get('none') ?? []);
  return [...taken].map(([limitsIn, all]) => ({
    limitsIn,
    ms: Number(median(all).toFixed(2)),
    ratio: Number((median(all) / base).toFixed(3)),
  }));
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
