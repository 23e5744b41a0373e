/**
 * Kills, restarts, freezes and cuts off replicas under load from real clients, and then checks from the database and from what the
 * clients saw that every accepted turn ended once, no effect was doubled, no token lost or repeated, and order kept.
 *
 *   npm run chaos -- [--replicas N | --roles api,worker,both] [--kills N] [--seed N] [--minutes N] [--json FILE] [--quick]
 *   npm run chaos -- --embedded [--kills N]
 *
 * Replicas need `DATABASE_URL`: a database of its own is made on that server. `--embedded` kills and restarts one process on the
 * embedded database. `--restart-command` (or `CHAOS_RESTART_COMMAND`) restarts the database server; without it, all its connections
 * are ended instead. `--quick` takes less than 50 seconds. Ends with 1 when anything is not as promised.
 */
import { writeFile } from 'node:fs/promises';
import { readOptions } from './options.ts';
import { printReport } from './print-report.ts';
import { runChaos } from './run-chaos.ts';

const options = readOptions(process.argv.slice(2));
const serverUrl = options.embedded ? undefined : process.env.DATABASE_URL;
if (!options.embedded && !serverUrl) {
  process.stderr.write('Replicas need a server: set DATABASE_URL, or use --embedded.\n');
  process.exit(2);
}
const report = await runChaos(options, serverUrl, (kills) => {
  if (kills % 10 === 0) process.stderr.write(`${kills} of ${options.kills} kills\n`);
});
process.stdout.write(printReport(report));
if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
const broken = report.verdicts.some(({ violations }) => violations.length > 0);
process.exit(broken ? 1 : 0); // the clients' libraries keep connections open for minutes
