/**
 * How long a newcomer waits: from the start of the process to the first answered turn, on the first start
 * (which makes the database and the demo data) and on later ones. Beside it, in the same rounds, the same
 * embedded database opened by itself and asked one query.
 *
 * `npm run bench:start -- [--rounds N] [--json FILE] [--quick]`
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { openEmbedded } from '../src/db/open-database.ts';
import { assumeWork, localTenant } from '../src/tenancy.ts';
import { startProcess } from '../test/support/start-process.ts';

const question = 'How many films are longer than two hours?';

assumeWork({ tenant: localTenant });

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const rounds = options.quick ? 3 : Number(options.rounds);

const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-bench-'));
try {
  const first = await timeService(folder);
  const later: { listening: number; answered: number; database: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const service = await timeService(folder);
    later.push({ ...service, database: await timeDatabase(folder) });
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  const result = {
    rounds,
    firstStart: first,
    secondStart: {
      listening: median(later.map(({ listening }) => listening)),
      answered: median(later.map(({ answered }) => answered)),
      database: median(later.map(({ database }) => database)),
      answeredOverDatabase: median(later.map(({ answered, database }) => answered / database)),
    },
  };
  print(result);
  if (options.json) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Milliseconds from the start of the process to when it listens, and to the first answer. */
async function timeService(dataDir: string): Promise<{ listening: number; answered: number }> {
  const started = performance.now();
  const service = await startProcess({ BATON_DATA_DIR: dataDir });
  const listening = performance.now() - started;
  const response = await fetch(`${service.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'films', messages: [{ role: 'user', content: question }] }),
  });
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] }; // the wire of OpenAI
  const answered = performance.now() - started;
  if (!/^\d+ films are longer/.test(choices[0]?.message.content ?? ''))
    throw new Error('The answer is wrong.');
  await service.stop('SIGTERM');
  return { listening, answered };
}

async function timeDatabase(dataDir: string): Promise<number> {
  const started = performance.now();
  const database = await openEmbedded(dataDir);
  await sql`select count(*) from films.film where length > 120`.execute(database.db);
  const milliseconds = performance.now() - started;
  await database.close();
  return milliseconds;
}

function print({
  firstStart,
  secondStart,
}: {
  firstStart: Record<string, number>;
  secondStart: Record<string, number>;
}): void {
  const row = (label: string, value: string) =>
    process.stdout.write(`${label.padEnd(58)}${value.padStart(10)}\n`);
  const ms = (value: number | undefined) => `${Math.round(value ?? 0)} ms`;
  row(
    'second start: first answer over the bare database',
    `${secondStart.answeredOverDatabase?.toFixed(1)} ×`,
  );
  row('second start to the first answered turn', ms(secondStart.answered));
  row('second start to listening', ms(secondStart.listening));
  row('the embedded database alone, opened and asked', ms(secondStart.database));
  row('first start to the first answered turn (makes the data)', ms(firstStart.answered));
  row('first start to listening', ms(firstStart.listening));
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
