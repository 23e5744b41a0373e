/**
 * Kills a process that ingests documents at random points and starts it again, until it is done, and compares chunks, terms, postings,
 * vectors and counters with those of an ingestion that nobody disturbed.
 *
 *   npm run chaos:ingest -- [--rounds N] [--kills N] [--seed N] [--size WORDS] [--json FILE]
 *
 * On the server of `DATABASE_URL`, in databases of its own; without it, on the embedded database. Ends with 1 when anything differs.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { runIngestChaos } from './run-ingest-chaos.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    kills: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    size: { type: 'string', default: '20000' },
    json: { type: 'string' },
  },
});
const options = {
  rounds: Number(values.rounds),
  kills: Number(values.kills),
  seed: Number(values.seed),
  size: Number(values.size),
};
const report = await runIngestChaos(options, process.env.DATABASE_URL, (round) => {
  process.stderr.write(`${round} of ${options.rounds} rounds\n`);
});
const { kills, violations, index } = report;
const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
process.stdout.write(
  `${report.database}: ${options.rounds} ingestions (${index.chunks} chunks, ${index.postings} postings, ${index.vectors} vectors), killed ${total} times: ${Object.entries(
    kills,
  )
    .map(([step, count]) => `${count} in ${step}`)
    .join(', ')}\n`,
);
process.stdout.write(
  violations.length === 0 ? 'Each ended in the same index.\n' : `${violations.join('\n')}\n`,
);
if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
