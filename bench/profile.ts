/**
 * Where a turn's time goes: samples the service while eight clients post the turns of `npm run bench`, and adds the samples up by the
 * room of the house, or the package, that they were taken in.
 *
 *   DATABASE_URL=postgres://… npm run bench:profile -- [--seconds 15] [--json FILE]
 *
 * Samples are taken by the clock: time in which the process was ready and another had the processor counts where it was interrupted.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { drive } from './turns/drive.ts';
import { right } from './turns/right.ts';
import { setStage } from './turns/stage.ts';
import { type CpuProfile, sumProfile } from './turns/sum-profile.ts';
import { warmUp, warmUpMs } from './turns/warm-up.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '15' }, json: { type: 'string' } },
});

const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-profile-'));
const stage = await setStage(process.env.DATABASE_URL);
try {
  const env = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
  const { subject, stop } = await stage.start('baton', { env });
  await warmUp(stage, subject, warmUpMs({ quick: false }));
  const options = { clients: 8, milliseconds: Number(values.seconds) * 1_000, longFilms: stage.longFilms };
  const { turns, cpuMs } = right(await drive(subject, options), 'baton');
  await stop();
  const shares = sumProfile(await readProfile());
  const cpu = cpuMs / turns.length;
  process.stdout.write(`${turns.length} turns, ${cpu.toFixed(1)} ms of CPU a turn\n`);
  for (const { place, share } of shares)
    process.stdout.write(`${(100 * share).toFixed(1).padStart(5)} %  ${place}\n`);
  if (values.json) await writeFile(values.json, `${JSON.stringify({ cpu, shares }, null, 2)}\n`);
} finally {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
}

/** The service's own: its threads write smaller ones. */
async function readProfile(): Promise<CpuProfile> {
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  const [largest] = texts.toSorted((a, b) => b.length - a.length);
  if (!largest) throw new Error('The service left no profile.');
  return JSON.parse(largest);
}
