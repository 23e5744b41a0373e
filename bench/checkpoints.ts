/**
 * What a turn costs to save as its thread grows: statements, bytes and time of our saver, of the same saver
 * without append-only channels, and of other savers, in one run.
 *
 *   node bench/checkpoints.ts [--turns 1000] [--quick] [--json FILE]
 *
 * A turn is a question of 200 bytes, one agent and a reply of 1 kB: three checkpoints. `--quick` is 100 turns.
 * Uses PostgreSQL when `DATABASE_URL` is set, in a database of its own, and embedded Postgres otherwise.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  Annotation,
  type BaseCheckpointSaver,
  END,
  MemorySaver,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { type Kysely, type KyselyPlugin, sql } from 'kysely';
import { KyselySaver } from '../src/checkpoint/kysely-saver.ts';
import { migrate } from '../src/db/migrate.ts';
import { openEmbedded, openPostgres } from '../src/db/open-database.ts';
import type { Schema } from '../src/db/schema.ts';
import type { Message } from '../src/message.ts';
import { assumeWork, localTenant } from '../src/tenancy.ts';
import { onServer, urlOf } from '../test/support/template-database.ts';

interface Subject {
  name: string;
  saver: BaseCheckpointSaver;
  turns: number;
  /** Both count up from the subject's start; absent where they mean nothing. */
  statements?: () => number;
  bytes?: () => Promise<number>;
}

interface Sample {
  turn: number;
  ms: number;
  statements: number | null;
  bytes: number | null;
}

interface Result {
  name: string;
  samples: Sample[];
  /** Time of the last sampled turn over that of turn 10. */
  slowdown: number;
}

assumeWork({ tenant: localTenant });

const { values: options } = parseArgs({
  options: {
    turns: { type: 'string', default: '1000' },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

const watchedTurns = [10, 100, 200, 1000];

await main();

async function main(): Promise<void> {
  const turns = options.quick ? 100 : Number(options.turns);
  const { kind, db, close } = await openBenchDatabase();
  const results: Result[] = [];
  try {
    for (const subject of await subjectsOf(db, turns)) results.push(await measure(subject));
  } finally {
    await close();
  }
  const report = { database: kind, node: process.version, turns, results };
  print(report);
  if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

/** Savers that store arrays in full are measured over fewer turns: they need gigabytes for a thousand. */
async function subjectsOf(db: Kysely<Schema>, turns: number): Promise<Subject[]> {
  const counted = countStatements(db);
  const bytes = () => savedBytes(db);
  const few = Math.min(turns, 200);
  const whole = countStatements(db);
  return [
    {
      name: 'baton',
      saver: new KyselySaver(counted.db, { appendOnly: ['messages'] }),
      turns,
      statements: counted.count,
      bytes,
    },
    {
      name: 'baton, whole arrays',
      saver: new KyselySaver(whole.db),
      turns: few,
      statements: whole.count,
      bytes,
    },
    { name: 'MemorySaver', saver: new MemorySaver(), turns: few },
    ...(await officialSaver(few)),
  ];
}

/** LangGraph's own saver for PostgreSQL, where it is installed. */
async function officialSaver(turns: number): Promise<Subject[]> {
  const name = '@langchain/langgraph-checkpoint-postgres';
  const url = process.env.DATABASE_URL;
  const found = await import(name).catch(() => undefined);
  if (!found || !url) {
    write(`Without ${name}: ${found ? 'DATABASE_URL is not set' : 'it is not installed'}.\n`);
    return [];
  }
  const saver = found.PostgresSaver.fromConnString(url, { schema: `bench_${process.pid}` });
  await saver.setup();
  return [{ name, saver, turns }];
}

async function measure(subject: Subject): Promise<Result> {
  const chat = makeChat(subject.saver);
  const config = { configurable: { thread_id: subject.name }, durability: 'sync' as const };
  await warmUp(chat, subject.name);
  const times: number[] = [];
  const samples: Sample[] = [];
  for (let turn = 1; turn <= subject.turns; turn++) {
    const before = watchedTurns.includes(turn) ? await costsOf(subject) : undefined;
    const start = performance.now();
    await chat.invoke({ messages: [ask(turn)] }, config);
    times.push(performance.now() - start);
    if (before) samples.push({ turn, ms: median(times.slice(-9)), ...less(await costsOf(subject), before) });
  }
  const [first, last] = [samples[0]?.ms ?? 0, samples.at(-1)?.ms ?? 0];
  return { name: subject.name, samples, slowdown: last / first };
}

async function warmUp(chat: ReturnType<typeof makeChat>, name: string): Promise<void> {
  const config = { configurable: { thread_id: `${name}, warming up` } };
  for (let turn = 1; turn <= 30; turn++) await chat.invoke({ messages: [ask(turn)] }, config);
}

/** As many bytes in every turn. */
function ask(turn: number): Message {
  return { type: 'human', id: `${turn}`.padStart(6), content: randomText(200) };
}

type Costs = { statements: number | null; bytes: number | null };

async function costsOf({ statements, bytes }: Subject): Promise<Costs> {
  return { statements: statements?.() ?? null, bytes: (await bytes?.()) ?? null };
}

function less(after: Costs, before: Costs): Costs {
  const difference = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b);
  return {
    statements: difference(after.statements, before.statements),
    bytes: difference(after.bytes, before.bytes),
  };
}

function makeChat(checkpointer: BaseCheckpointSaver) {
  const State = Annotation.Root({
    messages: Annotation<Message[]>({ reducer: (left, right) => left.concat(right), default: () => [] }),
  });
  return new StateGraph(State)
    .addNode('answer', ({ messages }) => ({
      messages: [
        {
          type: 'ai',
          id: `reply-${messages.at(-1)?.id}`,
          content: randomText(1000),
          name: 'answer',
          tool_calls: [],
        },
      ],
    }))
    .addEdge(START, 'answer')
    .addEdge('answer', END)
    .compile({ checkpointer });
}

function countStatements(db: Kysely<Schema>): { db: Kysely<Schema>; count: () => number } {
  let statements = 0;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      statements++;
      return result;
    },
  };
  return { db: db.withPlugin(plugin), count: () => statements };
}

async function savedBytes(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select (select coalesce(sum(pg_column_size(r)), 0) from baton.checkpoint r)
      + (select coalesce(sum(pg_column_size(r)), 0) from baton.checkpoint_pack r)
      + (select coalesce(sum(pg_column_size(r)), 0) from baton.checkpoint_value r)
      + (select coalesce(sum(pg_column_size(r)), 0) from baton.checkpoint_write r) as bytes`.execute(db);
  return Number(rows[0]?.bytes);
}

async function openBenchDatabase() {
  const url = process.env.DATABASE_URL;
  if (url) {
    const name = `baton_bench_${process.pid}`;
    await onServer(url, `create database ${name}`);
    const database = openPostgres(urlOf(url, name));
    await migrate(database.db);
    const close = async () => {
      await database.close();
      await onServer(url, `drop database ${name} with (force)`);
    };
    return { kind: database.kind, db: database.db, close };
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-bench-'));
  const database = await openEmbedded(folder);
  await migrate(database.db);
  const close = async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { kind: database.kind, db: database.db, close };
}

function print({ database, turns, results }: { database: string; turns: number; results: Result[] }): void {
  write(`\n${turns} turns on ${database}\n\n`);
  write(`${'saver'.padEnd(44)} turn  statements   bytes/turn   ms/turn\n`);
  for (const { name, samples, slowdown } of results) {
    for (const { turn, statements, bytes, ms } of samples) {
      const columns = [
        `${turn}`.padStart(4),
        `${statements ?? '-'}`.padStart(11),
        `${bytes ?? '-'}`.padStart(12),
      ];
      write(`${name.padEnd(44)} ${columns.join(' ')} ${ms.toFixed(1).padStart(9)}\n`);
    }
    write(`${name.padEnd(44)} the last turn takes ${slowdown.toFixed(2)} times the tenth\n`);
  }
  const [ours, ...others] = results;
  for (const other of others) {
    const theirs = other.samples.at(-1);
    const mine = ours?.samples.find((sample) => sample.turn === theirs?.turn);
    if (!mine || !theirs) continue;
    const size =
      mine.bytes && theirs.bytes ? `, ${(theirs.bytes / mine.bytes).toFixed(1)} times its bytes` : '';
    write(
      `At turn ${mine.turn}, ${other.name}: ${(theirs.ms / mine.ms).toFixed(2)} times the time of baton${size}\n`,
    );
  }
}

/** Text that the database cannot compress. */
function randomText(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length);
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function write(text: string): void {
  process.stdout.write(text);
}
