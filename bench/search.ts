/**
 * How well and how fast knowledge is found: by words and vectors together, by either alone, by an exact scan, beside BM25 as the textbook has
 * it and PostgreSQL's `ts_rank_cd`, in one run on both databases. Every question is asked of all of them, in turns, and by the product's own
 * functions; nothing else may go on on the machine.
 *
 * `[DATABASE_URL=postgres://…] npm run bench:search -- [--quick] [--only pglite|postgres] [--sizes 1000,10000] [--questions N] [--json FILE]`
 *
 * The questions and the first passages are half of SQuAD 1.1 dev; what there is to search in grows by articles made of their sentences.
 * `--quick` asks a sample, at the first size. The exit code is 1 where the hybrid is not better than BM25.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createLocalEmbedder } from '../src/model/local-embedder.ts';
import { assumeWork, localTenant } from '../src/tenancy.ts';
import { bars } from './search/bars.ts';
import { openLibrary } from './search/library.ts';
import { measure } from './search/measure.ts';
import { readPassages, someOf } from './search/passages.ts';
import { printBars, printSize } from './search/print.ts';
import { openEmbeddedStage, openServerStage, type Stage } from './search/stage.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    sizes: { type: 'string', default: '1000,10000,100000' },
    questions: { type: 'string' },
    json: { type: 'string' },
  },
});

assumeWork({ tenant: localTenant });
const stages: Stage[] = [];
try {
  await Promise.race([run(), interruption()]);
} finally {
  for (const { drop } of stages) await drop();
}
process.exit();

async function run(): Promise<void> {
  const sizes = options.quick ? [1_000] : options.sizes.split(',').map(Number);
  const { articles, questions, hasAnswers } = readPassages();
  if (!hasAnswers) say('There is no ../shared/data/retrieval_squad_share: only times are measured.');
  const most = Number(options.questions ?? (options.quick ? 60 : questions.length));
  await openStages();
  const library = await openLibrary(stages, createLocalEmbedder(), articles);
  const results = [];
  for (const [nth, size] of sizes.entries()) {
    const grown = await library.growTo(size);
    const asked = someOf(questions, nth === 0 ? most : Math.min(most, 200));
    const result = { ...grown, ...(await measure(library, asked, hasAnswers)) };
    printSize(result);
    results.push(result);
  }
  const [first] = results;
  const met = first && hasAnswers ? bars(first.searches, most >= questions.length) : [];
  printBars(met);
  if (met.some(({ isMet }) => !isMet)) process.exitCode = 1;
  if (options.json)
    await writeFile(options.json, `${JSON.stringify({ sizes: results, bars: met }, null, 2)}\n`);
}

/** Resolves when somebody ends the benchmark, so that its databases are dropped then, too. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        process.exitCode = 130;
        resolve();
      });
  });
}

async function openStages(): Promise<void> {
  const server = options.only === 'pglite' ? undefined : findServer();
  if (!server && options.only !== 'pglite')
    say('There is no server: set DATABASE_URL to measure PostgreSQL.');
  if (options.only !== 'postgres') stages.push(await openEmbeddedStage());
  if (server) stages.push(await openServerStage(server));
}

function findServer(): string | undefined {
  const starter = path.resolve(import.meta.dirname, '../../shared/postgres/up');
  if (process.env.DATABASE_URL || !existsSync(starter)) return process.env.DATABASE_URL;
  return execFileSync(starter, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
