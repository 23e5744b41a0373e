/**
 * What row-level security costs a turn: the same service on the same kind of database, once as it is, and once with a database on
 * which everything is done as the tables' owner, whom no policy holds. Turns alternate in blocks, in one process; the model is
 * scripted and answers at once, so that all of a turn is overhead.
 *
 * `[DATABASE_URL=postgres://…] npm run bench:tenancy -- [--rounds N] [--turns N] [--json FILE] [--quick]`
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Kysely, type PGlite, PGliteDialect, PostgresDialect } from 'kysely';
import { type AppContext, openContext } from '../src/app-context.ts';
import { toConfig } from '../src/config.ts';
import { migrate } from '../src/db/migrate.ts';
import { type Database, openEmbedded, openPostgres } from '../src/db/open-database.ts';
import type { Pglite } from '../src/db/pglite.ts';
import type { Schema } from '../src/db/schema.ts';
import { openLog } from '../src/log.ts';
import type { ChatModel, ChatReply } from '../src/model/chat-model.ts';
import { inTenant, localTenant } from '../src/tenancy.ts';
import { acceptTurn } from '../src/turn/accept-turn.ts';
import { watchRun } from '../src/turn/watch-run.ts';
import { onServer, urlOf } from '../test/support/template-database.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    turns: { type: 'string', default: '40' },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const rounds = options.quick ? 3 : Number(options.rounds);
const turns = options.quick ? 20 : Number(options.turns);
const server = process.env.DATABASE_URL;

interface Subject {
  name: 'guarded' | 'open';
  context: AppContext;
  drop(): Promise<void>;
}

interface Round {
  /** Milliseconds a turn, of the clock and of this process's CPU. */
  clock: number;
  cpu: number;
}

const subjects = [await open('guarded'), await open('open')];
try {
  for (const { context } of subjects) await run(context, 10); // warms up what is compiled and planned once
  const measured: Record<Subject['name'], Round[]> = { guarded: [], open: [] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 ? subjects : subjects.toReversed();
    for (const { name, context } of order) measured[name].push(await run(context, turns));
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  const result = { database: server ? 'postgres' : 'pglite', rounds, turns, ...summary(measured) };
  print(result);
  if (options.json) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  for (const { context, drop } of subjects) {
    await context.close(0);
    await drop();
  }
}

async function open(name: Subject['name']): Promise<Subject> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-bench-'));
  const database = server ? `baton_bench_${name}_${process.pid}` : undefined;
  if (server && database) await onServer(server, `create database ${database}`);
  const opened = await openDatabase(folder, database && urlOf(server ?? '', database), name === 'open');
  const config = toConfig(
    {},
    { cwd: path.resolve(import.meta.dirname, '../test/fixtures/desk'), terminal: false },
  );
  const context = await openContext(config, openLog('silent', false), {
    database: opened,
    chat: answerAtOnce,
  });
  return {
    name,
    context,
    async drop() {
      await rm(folder, { recursive: true, force: true });
      if (server && database) await onServer(server, `drop database ${database} with (force)`);
    },
  };
}

/** `unguarded`: with a Kysely that sets no role, and the tenant set once for the whole session. */
async function openDatabase(folder: string, url: string | undefined, unguarded: boolean): Promise<Database> {
  const setting = `baton.tenant=${localTenant}`;
  const first = url ? openPostgres(url) : await openEmbedded(folder);
  await migrate(first.db);
  if (!unguarded) return first;
  if (first.kind === 'pglite') {
    const pglite = asItIs(first.pglite);
    const { exec } = first.pglite;
    first.pglite.exec = <T>(text: string) => exec.call(first.pglite, text, null) as Promise<T[]>; // what the queue asks
    await pglite.query(`set ${setting}`);
    return { ...first, db: new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) }) };
  }
  await first.close();
  const own = openPostgres(`${url}?options=${encodeURIComponent(`-c ${setting}`)}`);
  return { ...own, db: new Kysely<Schema>({ dialect: new PostgresDialect({ pool: own.pool }) }) };
}

/** Embedded Postgres that says of no request as whom it works. */
function asItIs(pglite: Pglite): PGlite {
  const query: PGlite['query'] = (text, values, options) => pglite.query(text, values, options, null);
  return {
    query,
    ready: false,
    closed: false,
    waitReady: pglite.waitReady,
    close: () => pglite.close(),
    async transaction(work) {
      await query('begin');
      try {
        const result = await work({ query, rollback: async () => void (await query('rollback')) });
        await query('commit');
        return result;
      } catch (error) {
        await query('rollback');
        throw error;
      }
    },
  };
}

/** Answers at once, without a call. */
async function answerAtOnce(...[request, onText]: Parameters<ChatModel>): Promise<ChatReply> {
  onText('Done.');
  return {
    text: 'Done.',
    calls: [],
    invalidCalls: [],
    usage: { input_tokens: 10, output_tokens: 2, total_tokens: 12 },
    model: request.role,
    stop: 'end',
  };
}

async function run(context: AppContext, count: number): Promise<Round> {
  const began = performance.now();
  const cpu = process.cpuUsage();
  for (let turn = 0; turn < count; turn++) await inTenant(localTenant, () => oneTurn(context));
  const { user, system } = process.cpuUsage(cpu);
  return { clock: (performance.now() - began) / count, cpu: (user + system) / 1_000 / count };
}

async function oneTurn(context: AppContext): Promise<void> {
  const { runId, threadId } = await acceptTurn(context, {
    graph: 'desk',
    ifNotExists: 'create',
    input: [{ type: 'human', id: 'question', content: 'Where is my invoice?' }],
    metadata: {},
    kwargs: {},
    multitask: 'enqueue',
  });
  let last: string | undefined;
  const { signal } = new AbortController();
  for await (const event of watchRun(context, { threadId, runId, signal })) last = event.type;
  if (last !== 'turn-end') throw new Error(`A turn ended with ${last}.`);
}

function summary(measured: Record<Subject['name'], Round[]>) {
  const of = (name: Subject['name'], what: keyof Round) => median(measured[name].map((round) => round[what]));
  const ratio = (what: keyof Round) =>
    median(measured.guarded.map((round, at) => round[what] / (measured.open[at]?.[what] ?? round[what])));
  return {
    ratio: { clock: ratio('clock'), cpu: ratio('cpu') },
    guarded: { clock: of('guarded', 'clock'), cpu: of('guarded', 'cpu') },
    open: { clock: of('open', 'clock'), cpu: of('open', 'cpu') },
  };
}

function print({
  database,
  ratio,
  guarded,
  open: plain,
}: ReturnType<typeof summary> & { database: string }): void {
  const line = (name: string, { clock, cpu }: Round, digits: number) =>
    `${name.padEnd(22)}${clock.toFixed(digits).padStart(8)}${cpu.toFixed(digits).padStart(8)}\n`;
  process.stdout.write(`${`on ${database}`.padEnd(22)}   clock     cpu\n`);
  process.stdout.write(line('guarded / open', ratio, 3));
  process.stdout.write(line('guarded, ms a turn', guarded, 1));
  process.stdout.write(line('open, ms a turn', plain, 1));
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
