/**
 * How long after one process said so another hears that a token is there, over NOTIFY and over Redis Streams, in one
 * run; how much is sent for it; and what hearing costs.
 *
 *   node bench/bus.ts [--seconds 10] [--quick] [--json FILE]
 *
 * A stream is a thread that gets a token of about 200 bytes of log every 25 ms. Over NOTIFY only the numbers travel:
 * the text is then read from the database, which is not measured here. `--quick` is two seconds a row.
 * Needs `DATABASE_URL`; uses the Redis of `REDIS_URL`, or starts a redis-server of its own where one is installed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { pino } from 'pino';
import { createClient } from 'redis';
import type { Bus } from '../src/bus/bus.ts';
import { openBus } from '../src/bus/open-bus.ts';
import { openPostgres } from '../src/db/open-database.ts';
import type { LoggedEvent } from '../src/turn-event.ts';
import { makeRedisServer, whyNoRedis } from '../test/bus/redis-server.ts';
import { onServer, urlOf } from '../test/support/template-database.ts';

interface Setting {
  road: 'NOTIFY' | 'Redis';
  streams: number;
  /** Processes that speak; each is a bus of its own. */
  speakers: number;
}

interface Result extends Setting {
  p50: number;
  p99: number;
  most: number;
  /** Tokens that the other process never heard of. */
  unheard: number;
  /** NOTIFY payloads, or entries of the stream. */
  sentPerSecond: number;
  tokensPerSecond: number;
  /** Of one core, in per cent. */
  hearerCpu: number;
}

/** What the hearing process sends back. */
interface Heard {
  /** Stream, seq and when, in milliseconds since 1970. */
  told: [string, number, number][];
  cpuMs: number;
}

interface Urls {
  database: string;
  redis?: string;
}

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    hear: { type: 'boolean', default: false },
  },
});
const log = pino({ level: 'silent' });
const tokenEvery = 25;

await (options.hear ? hear() : main());

async function main(): Promise<void> {
  const server = process.env.DATABASE_URL;
  if (!server) {
    write('The embedded database has one process: set DATABASE_URL to measure the bus.\n');
    return;
  }
  const seconds = options.quick ? 2 : Number(options.seconds);
  const name = `baton_bench_${process.pid}`;
  await onServer(server, `create database ${name}`);
  const redis = await openRedis();
  const urls = { database: urlOf(server, name), ...(redis && { redis: redis.url }) };
  const results: Result[] = [];
  try {
    for (const setting of settings(redis !== undefined)) {
      results.push(await measure(setting, urls, seconds * 1000));
    }
  } finally {
    await redis?.close();
    await onServer(server, `drop database ${name} with (force)`);
  }
  const report = { node: process.version, seconds, results };
  print(report);
  if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

function settings(withRedis: boolean): Setting[] {
  const roads = withRedis ? (['NOTIFY', 'Redis'] as const) : (['NOTIFY'] as const);
  const both = [50, 200].flatMap((streams) => roads.map((road) => ({ road, streams, speakers: 1 })));
  return options.quick ? both : [...both, { road: 'NOTIFY', streams: 1000, speakers: 10 }];
}

async function openRedis(): Promise<{ url: string; close: () => Promise<void> } | undefined> {
  const url = process.env.REDIS_URL;
  if (url) return { url, close: async () => undefined };
  const reason = whyNoRedis();
  if (reason) {
    write(`Without Redis: REDIS_URL is not set, and ${reason}.\n`);
    return undefined;
  }
  const server = await makeRedisServer();
  await server.start();
  return { url: server.url, close: server.kill };
}

async function measure(setting: Setting, urls: Urls, milliseconds: number): Promise<Result> {
  const used = setting.road === 'Redis' ? urls : { database: urls.database };
  const streamKey = `bench:${process.pid}:${setting.streams}`;
  const hearer = await startHearer(used, streamKey);
  const counter = await countSent(used, streamKey);
  const database = openPostgres(urls.database);
  const speakers = await Promise.all(
    Array.from({ length: setting.speakers }, () => openBus({ ...busOptions(used, streamKey), database })),
  );
  try {
    await sleep(500); // newcomers speak over both roads until they know who hears Redis
    const spoken = await speak(speakers, setting.streams, milliseconds);
    await sleep(300);
    const heard = await askHearer(hearer);
    const sent = await counter.count();
    return { ...setting, ...summarize(spoken, heard, sent, milliseconds) };
  } finally {
    await Promise.all(speakers.map((bus) => bus.close()));
    await Promise.all([counter.close(), database.close()]);
    hearer.kill();
  }
}

function busOptions(urls: Urls, streamKey: string) {
  return { log, streamKey, ...(urls.redis && { redisUrl: urls.redis, deafEvery: 200 }) };
}

/** Says one token of every stream each 25 ms, spread evenly over them. Gives when each was said, by `stream seq`. */
async function speak(speakers: Bus[], streams: number, milliseconds: number): Promise<Map<string, number>> {
  const spoken = new Map<string, number>();
  const start = performance.now();
  const step = tokenEvery / streams;
  const tokens = Math.floor(milliseconds / step);
  for (let token = 0; token < tokens; ) {
    const due = Math.min(tokens, Math.floor((performance.now() - start) / step));
    for (; token < due; token++) {
      const [stream, seq] = [token % streams, Math.floor(token / streams) + 1];
      const threadId = `${stream}`.padStart(36, '0');
      spoken.set(`${threadId} ${seq}`, now());
      const events = [tokenOf(threadId, seq)];
      speakers[stream % speakers.length]?.publish({ type: 'events', threadKey: threadId, seq, events });
    }
    await sleep(1);
  }
  return spoken;
}

function tokenOf(threadId: string, seq: number): LoggedEvent {
  const place = { seq, runId: threadId, threadId, at: Date.now() };
  return { type: 'text-delta', agent: 'concierge', messageId: threadId, text: ' token', step: 1, ...place };
}

function summarize(spoken: Map<string, number>, { told, cpuMs }: Heard, sent: number, milliseconds: number) {
  const waits: number[] = [];
  const reached = new Map<string, number>();
  for (const [stream, seq, at] of told) {
    const from = reached.get(stream) ?? 0;
    for (let token = from + 1; token <= seq; token++) {
      waits.push(at - (spoken.get(`${stream} ${token}`) ?? at));
    }
    reached.set(stream, Math.max(from, seq));
  }
  waits.sort((a, b) => a - b);
  const seconds = milliseconds / 1000;
  return {
    p50: quantile(waits, 0.5),
    p99: quantile(waits, 0.99),
    most: waits.at(-1) ?? Number.NaN,
    unheard: spoken.size - waits.length,
    sentPerSecond: sent / seconds,
    tokensPerSecond: spoken.size / seconds,
    hearerCpu: (100 * cpuMs) / milliseconds,
  };
}

/** Counts NOTIFY payloads by listening for them, and entries by asking the stream. */
async function countSent(urls: Urls, streamKey: string) {
  if (urls.redis) {
    const client = await createClient({ url: urls.redis }).connect();
    const added = async () => (await client.xInfoStream(streamKey))['entries-added'];
    const before = Number(await added());
    return {
      count: async () => Number(await added()) - before,
      async close() {
        await client.del(streamKey);
        client.destroy();
      },
    };
  }
  const client = new pg.Client({ connectionString: urls.database });
  await client.connect();
  let payloads = 0;
  client.on('notification', () => payloads++);
  await client.query('listen baton_bus');
  return { count: async () => payloads, close: () => client.end() };
}

async function startHearer(urls: Urls, streamKey: string): Promise<ChildProcess> {
  const child = fork(import.meta.filename, ['--hear'], { serialization: 'advanced' });
  child.send({ urls, streamKey });
  await once(child, 'message');
  return child;
}

async function askHearer(child: ChildProcess): Promise<Heard> {
  child.send('report');
  const [heard] = await once(child, 'message');
  return heard;
}

/** The other process. */
async function hear(): Promise<void> {
  const [{ urls, streamKey }] = await once(process, 'message');
  const database = openPostgres(urls.database);
  const bus = await openBus({ ...busOptions(urls, streamKey), database });
  const told: Heard['told'] = [];
  bus.subscribe(
    (notice) => notice.type === 'events' && told.push([notice.threadKey, notice.seq, now()]),
    () => undefined,
  );
  const before = process.cpuUsage();
  process.once('message', () => {
    const { user, system } = process.cpuUsage(before);
    process.send?.({ told, cpuMs: (user + system) / 1000 } satisfies Heard);
  });
  process.send?.('ready');
}

function print({ seconds, results }: { seconds: number; results: Result[] }): void {
  write(`\n${seconds} seconds a row, 40 tokens a second and stream\n\n`);
  write('road    streams  speakers  tokens/s   p50 ms   p99 ms   max ms  unheard   sent/s  hearer’s CPU\n');
  for (const row of results) {
    const columns = [
      row.road.padEnd(6),
      `${row.streams}`.padStart(8),
      `${row.speakers}`.padStart(9),
      row.tokensPerSecond.toFixed(0).padStart(9),
      ...[row.p50, row.p99, row.most].map((value) => value.toFixed(1).padStart(8)),
      `${row.unheard}`.padStart(8),
      row.sentPerSecond.toFixed(0).padStart(8),
      `${row.hearerCpu.toFixed(1)} %`.padStart(13),
    ];
    write(`${columns.join(' ')}\n`);
  }
}

function quantile(sorted: number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** The same in every process of the machine. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function write(text: string): void {
  process.stdout.write(text);
}
