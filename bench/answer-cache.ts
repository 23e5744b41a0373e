/**
 * What an answer takes that was kept: the same questions to a graph without a cache, to one that has not heard them yet, and to one that
 * has, by the same words and by others that mean the same. One service over HTTP, one question at a time; its model is a server of its own.
 *
 * `[DATABASE_URL=postgres://…] npm run bench:cache -- [--questions N] [--first-ms N] [--json FILE]`
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, type ServiceProcess, startProcess } from '../test/support/start-process.ts';
import { onServer, urlOf } from '../test/support/template-database.ts';
import { type Asked, type Said, startModelServer } from './model-server.ts';

const { values: options } = parseArgs({
  options: {
    questions: { type: 'string', default: '60' },
    'first-ms': { type: 'string', default: '300' },
    json: { type: 'string' },
  },
});

interface Case {
  name: string;
  graph: 'plain' | 'exact' | 'semantic';
  /** Whether the answer has to be one that was kept. */
  kept: boolean;
  ask: (at: number) => string;
}

const question = (at: number) => `How do I rotate key number ${at} of my tenant?`;
const reworded = (at: number) => `How do I rotate the key number ${at} of my tenant, please?`;
const cases: Case[] = [
  { name: 'no cache', graph: 'plain', kept: false, ask: question },
  { name: 'exact, first', graph: 'exact', kept: false, ask: question },
  { name: 'exact, again', graph: 'exact', kept: true, ask: question },
  { name: 'semantic, first', graph: 'semantic', kept: false, ask: question },
  { name: 'semantic, reworded', graph: 'semantic', kept: true, ask: reworded },
];

const server = process.env.DATABASE_URL;
const database = `baton_bench_${process.pid}`;
const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-bench-'));
if (server) await onServer(server, `create database ${database}`);
const model = await startModelServer(answerFromPage);
const service = await startProcess(
  {
    BATON_DATA_DIR: folder,
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_BASE_URL: model.url,
    BATON_MODEL_EMBED: 'local',
    BATON_LIMITS: 'off',
    ...(server && { DATABASE_URL: urlOf(server, database) }),
  },
  path.join(root, 'test/fixtures/answers'),
);
try {
  const taken = await measure(service, Number(options.questions));
  const rows = cases.map(({ name }) => ({ name, ...quantiles(taken.get(name) ?? []) }));
  for (const { name, p50, p95, most } of rows)
    process.stdout.write(`${name.padEnd(20)} p50 ${p50} ms   p95 ${p95} ms   most ${most} ms\n`);
  const [plain, , again, , meant] = rows.map(({ p50 }) => p50);
  const ratios = { exact: ratio(again, plain), semantic: ratio(meant, plain) };
  const result = {
    database: server ? 'postgres' : 'pglite',
    firstMs: Number(options['first-ms']),
    rows,
    ratios,
  };
  process.stdout.write(`${JSON.stringify(ratios)}\n`);
  if (options.json) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await service.stop('SIGTERM');
  model.stop();
  await rm(folder, { recursive: true, force: true });
  if (server) await onServer(server, `drop database ${database} with (force)`);
}

/** Reads a page, and answers from it. */
function answerFromPage({ messages }: Asked): Said {
  const pace = { firstMs: Number(options['first-ms']), tokenMs: 0 };
  if (messages.at(-1)?.role === 'tool') return { ...pace, tokens: ['With ', '"key create".'], calls: [] };
  return { ...pace, tokens: [], calls: [{ name: 'read_page', args: { page: 'keys' } }] };
}

/** Milliseconds of each question, by case. */
async function measure(service: ServiceProcess, questions: number): Promise<Map<string, number[]>> {
  const taken = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let at = 0; at < questions; at += 1) {
    for (const { name, graph, kept, ask } of cases) {
      const began = performance.now();
      const answer = await complete(service, graph, ask(at));
      taken.get(name)?.push(performance.now() - began);
      if ((answer.baton.cache !== undefined) !== kept) throw new Error(`${name}: ${JSON.stringify(answer)}`);
    }
  }
  return taken;
}

async function complete({ url }: ServiceProcess, graph: string, content: string) {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: graph, messages: [{ role: 'user', content }] }),
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { baton: { cache?: object } };
}

function quantiles(times: number[]) {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(10 * (sorted[Math.floor(share * (sorted.length - 1))] ?? 0)) / 10;
  return { p50: at(0.5), p95: at(0.95), most: at(1) };
}

function ratio(one = 0, other = 1): number {
  return Math.round((1000 * one) / other) / 1000;
}
