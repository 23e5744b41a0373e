import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { seededRandom } from '../../src/films/seeded-random.ts';
import { sweepContent } from '../../src/knowledge/ingest/sweep-content.ts';
import { inTenant, localTenant } from '../../src/tenancy.ts';
import { openPlace, openPlaces, type Place } from './place.ts';
import { checkIndex, type KnowledgeIndex, readIndex } from './read-index.ts';

export interface IngestChaosOptions {
  /** How often an ingestion is begun anew. */
  rounds: number;
  /** How often it is killed in each, before it is left to end. */
  kills: number;
  seed: number;
  /** Words of a long document. */
  size: number;
}

export interface IngestChaosReport {
  options: IngestChaosOptions;
  database: 'postgres' | 'pglite';
  /** What an ingestion that nobody disturbed makes, in numbers. */
  index: Record<keyof KnowledgeIndex, number>;
  undisturbedMs: number;
  /** What the process was at when it was killed, and how often. */
  kills: Record<string, number>;
  /** What differs from the undisturbed index, or is wrong by itself. */
  violations: string[];
}

/**
 * Has a process ingest documents, kills it at random points and starts it again, and compares what is searched in the end with what an
 * ingestion that nobody disturbed made of the same documents.
 */
export async function runIngestChaos(
  options: IngestChaosOptions,
  serverUrl: string | undefined,
  onRound: (round: number) => void = () => undefined,
): Promise<IngestChaosReport> {
  const places = await openPlaces(serverUrl);
  const kills: Record<string, number> = {};
  const violations: string[] = [];
  try {
    const whole = await places.make();
    const undisturbedMs = await ingest(whole, options);
    const wanted = await lookAt(whole);
    const random = seededRandom(options.seed);
    for (let round = 1; round <= options.rounds; round++) {
      const place = await places.make();
      for (let kill = 0; kill < options.kills; kill++) {
        const step = await ingestKilled(place, options, random.whole(0, Math.ceil(undisturbedMs * 0.7)));
        if (step === 'done') break;
        kills[step] = (kills[step] ?? 0) + 1;
      }
      await ingest(place, options);
      const { index, wrong } = await lookAt(place);
      violations.push(
        ...[...wrong, ...differences(wanted.index, index)].map((line) => `round ${round}: ${line}`),
      );
      onRound(round);
    }
    violations.push(...wanted.wrong);
    return {
      options,
      database: serverUrl ? 'postgres' : 'pglite',
      index: Object.fromEntries(
        Object.entries(wanted.index).map(([name, lines]) => [name, lines.length]),
      ) as IngestChaosReport['index'], // of the same keys
      undisturbedMs,
      kills,
      violations,
    };
  } finally {
    await places.close();
  }
}

/** To its end; resolves with the milliseconds that it took from its first step. */
async function ingest(place: Place, options: IngestChaosOptions): Promise<number> {
  const child = start(place, options);
  const [code] = await once(child.process, 'exit');
  if (code !== 0) throw new Error(`The ingestion ended with ${code}: ${child.failed()}`);
  return performance.now() - (child.beganAt() ?? Number.NaN);
}

/** Resolves with what it was at when it was killed, so many milliseconds after its first step began; `done` when it had ended. */
async function ingestKilled(place: Place, options: IngestChaosOptions, afterMs: number): Promise<string> {
  const child = start(place, options);
  const gone = once(child.process, 'exit');
  await Promise.race([child.began, gone]);
  await Promise.race([delay(afterMs), gone]);
  child.process.kill('SIGKILL');
  const [code] = await gone;
  if (code !== null && code !== 0) throw new Error(`The ingestion ended with ${code}: ${child.failed()}`);
  return code === 0 ? 'done' : child.step();
}

function start(place: Place, { seed, size }: IngestChaosOptions) {
  const args = [
    path.join(import.meta.dirname, 'child.ts'),
    JSON.stringify(place),
    String(seed),
    String(size),
  ];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { promise: began, resolve } = Promise.withResolvers<void>();
  let beganAt: number | undefined;
  let step = 'start';
  let failed = '';
  child.stdout?.on('data', (said: Buffer) => {
    beganAt ??= performance.now();
    step = said.toString().trim().split('\n').at(-1) ?? step;
    resolve();
  });
  child.stderr?.on('data', (said: Buffer) => {
    failed += said;
  });
  return { process: child, began, beganAt: () => beganAt, step: () => step, failed: () => failed };
}

async function lookAt(place: Place): Promise<{ index: KnowledgeIndex; wrong: string[] }> {
  const database = await openPlace(place);
  try {
    return await inTenant({ tenant: localTenant, owner: true }, async () => {
      await sql`update baton.document_content set touched_at = now() - interval '2 days'`.execute(
        database.db,
      );
      await sweepContent(database.db);
      return { index: await readIndex(database.db), wrong: await checkIndex(database.db) };
    });
  } finally {
    await database.close();
  }
}

function differences(wanted: KnowledgeIndex, found: KnowledgeIndex): string[] {
  return Object.entries(wanted).flatMap(([name, lines]) => {
    const other: string[] = found[name as keyof KnowledgeIndex]; // of the same type
    const lost = without(lines, other);
    const extra = without(other, lines);
    return [
      ...lost.slice(0, 3).map((line) => `${name}: lost ${line.slice(0, 200)}`),
      ...extra.slice(0, 3).map((line) => `${name}: too many ${line.slice(0, 200)}`),
    ];
  });
}

/** Each as often as it is there more. */
function without(lines: string[], others: string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
