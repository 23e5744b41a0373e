/**
 * What another worker is worth: turns a second with 1, 2 and 4 worker processes behind one process that answers clients, on one
 * PostgreSQL, against a model that takes two seconds a reply. In each round every number of workers has its turn.
 *
 * `DATABASE_URL=postgres://… npm run bench:workers -- [--rounds N] [--turns N] [--slots N] [--json FILE] [--quick]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, type ServiceProcess, startProcess } from '../test/support/start-process.ts';
import { agentText, makeProject } from '../test/support/temp-project.ts';
import { onServer, urlOf } from '../test/support/template-database.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    turns: { type: 'string', default: '120' },
    slots: { type: 'string', default: '8' },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const rounds = options.quick ? 1 : Number(options.rounds);
const turns = options.quick ? 40 : Number(options.turns);
const counts = [1, 2, 4];

const server = process.env.DATABASE_URL;
if (!server) throw new Error('This benchmark needs a PostgreSQL: set DATABASE_URL.');
const database = `baton_bench_${process.pid}`;
const project = await makeProject({
  'agents/clerk.md': agentText('You are the clerk.'),
  'graphs/desk.yaml': 'start: clerk\nagents: [clerk]\n',
});
await onServer(server, `create database ${database}`);
const model = await startModel();
try {
  const measured = new Map<number, Round[]>(counts.map((count) => [count, []]));
  for (let round = 0; round < rounds; round++) {
    for (const count of counts) {
      measured.get(count)?.push(await measure(count));
      process.stderr.write(`round ${round + 1} of ${rounds}: ${count} workers\n`);
    }
  }
  const result = {
    turns,
    slots: Number(options.slots),
    rounds,
    workers: counts.map((count) => summary(count, measured)),
  };
  print(result.workers);
  if (options.json) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  model.child.kill('SIGKILL');
  await project.remove();
  await onServer(server, `drop database ${database} with (force)`);
}

interface Round {
  perSecond: number;
  /** From acceptance to the last event, in milliseconds. */
  p50: number;
  p95: number;
}

/** Posts all turns at once, each on a thread of its own, and waits for all of them. */
async function measure(workers: number): Promise<Round> {
  const env = {
    DATABASE_URL: urlOf(server ?? '', database),
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: 'none',
    BATON_RUN_CONCURRENCY: options.slots,
  };
  const api = await startProcess({ ...env, BATON_ROLE: 'api' }, project.dir);
  const started: ServiceProcess[] = [api];
  for (let at = 0; at < workers; at++)
    started.push(await startProcess({ ...env, BATON_ROLE: 'worker' }, project.dir));
  const begun = performance.now();
  const took = await Promise.all(Array.from({ length: turns }, () => oneTurn(api.url)));
  const seconds = (performance.now() - begun) / 1000;
  for (const process of started) await process.stop('SIGTERM');
  took.sort((a, b) => a - b);
  return {
    perSecond: turns / seconds,
    p50: took[Math.floor(turns / 2)] ?? 0,
    p95: took[Math.floor(turns * 0.95)] ?? 0,
  };
}

async function oneTurn(url: string): Promise<number> {
  const begun = performance.now();
  const response = await fetch(`${url}/runs/wait`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ assistant_id: 'desk', input: { messages: [{ role: 'user', content: 'hi' }] } }),
  });
  const end = (await response.json()) as { messages?: { content: string }[] }; // the state at the run's end
  if (!end.messages?.at(-1)?.content.startsWith('word-0'))
    throw new Error(`no answer: ${JSON.stringify(end)}`);
  return performance.now() - begun;
}

function summary(count: number, measured: Map<number, Round[]>) {
  const own = measured.get(count) ?? [];
  const single = measured.get(1) ?? [];
  const ratio = median(own.map(({ perSecond }, at) => perSecond / (single[at]?.perSecond ?? perSecond)));
  return {
    workers: count,
    ratio,
    perSecond: median(own.map(({ perSecond }) => perSecond)),
    p50: median(own.map(({ p50 }) => p50)),
    p95: median(own.map(({ p95 }) => p95)),
  };
}

function print(rows: ReturnType<typeof summary>[]): void {
  process.stdout.write('workers  ratio  turns/s  p50 ms  p95 ms\n');
  for (const { workers, ratio, perSecond, p50, p95 } of rows) {
    const cells = [workers, ratio.toFixed(2), perSecond.toFixed(1), p50.toFixed(0), p95.toFixed(0)];
    const widths = [7, 5, 7, 6, 6];
    process.stdout.write(`${cells.map((cell, at) => String(cell).padStart(widths[at] ?? 0)).join('  ')}\n`);
  }
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The model in a process of its own, so that it takes no time from what is measured. */
async function startModel() {
  const file = path.join(root, 'bench/model-server.ts');
  const child = spawn(
    process.execPath,
    [file, '--port', '0', '--tokens', '40', '--first-ms', '1000', '--token-ms', '25'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [said] = await once(child.stdout, 'data');
  const url = /OPENAI_BASE_URL=(\S+)/.exec(String(said))?.[1];
  if (!url) throw new Error(`The model did not start: ${said}`);
  return { child, url };
}
