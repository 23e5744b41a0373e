import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/films/seeded-random.ts';
import { checkHistories, checkJoins, checkStreams } from './check-clients.ts';
import { checkEffects } from './check-effects.ts';
import { checkLeftovers, checkProcesses } from './check-rest.ts';
import { checkAcceptance, checkEnds, checkLog, checkOrder } from './check-turns.ts';
import { type Counts, countAll } from './count-all.ts';
import { type Evidence, replayKey, type Verdict } from './evidence.ts';
import { type Injected, injectFaults } from './faults.ts';
import { runLoad } from './load.ts';
import type { ChaosOptions } from './options.ts';
import { readMessages, replay } from './read-again.ts';
import { readLedger } from './read-ledger.ts';
import { removeFolder, type Stage, setStage } from './stage.ts';
import type { World } from './world.ts';

export interface ChaosReport {
  options: ChaosOptions;
  seconds: number;
  injected: Injected;
  counts: Counts;
  verdicts: Verdict[];
  /** Where the logs of the replicas and all that is known are, when something was wrong. */
  folder?: string;
}

const checks = [
  checkAcceptance,
  checkEnds,
  checkOrder,
  checkEffects,
  checkLog,
  checkStreams,
  checkJoins,
  checkHistories,
  checkLeftovers,
  checkProcesses,
];

/**
 * Puts replicas under load, lets everything happen to them, and says whether what was promised is true. `serverUrl` is the
 * PostgreSQL server on which a database of its own is made; absent where the database is embedded.
 */
export async function runChaos(
  options: ChaosOptions,
  serverUrl?: string,
  onKill?: (kills: number) => void,
): Promise<ChaosReport> {
  const began = performance.now();
  const stage = await setStage(options, serverUrl);
  try {
    const deadline = new AbortController();
    const world: World = {
      url: `http://127.0.0.1:${stage.clients.port}`,
      random: seededRandom(options.seed),
      records: [],
      deadline: deadline.signal,
      refusals: new Map(),
    };
    let over = false;
    const load = runLoad(world, { clients: options.clients, isOver: () => over });
    const injected = await injectFaults(stage, options, onKill);
    over = true;
    const late = setTimeout(() => deadline.abort(), options.settleMs);
    await load;
    clearTimeout(late);
    const evidence = await gather(stage, world);
    const verdicts = checks.map((check) => check(evidence));
    const counts = countAll(evidence, world, stage);
    const seconds = Math.round((performance.now() - began) / 1000);
    const failed = verdicts.some(({ violations }) => violations.length > 0);
    await (failed ? keepEvidence(stage, evidence) : removeFolder(stage));
    return { options, seconds, injected, counts, verdicts, ...(failed && { folder: stage.folder }) };
  } finally {
    await stage.stopReplicas();
    await stage.close();
  }
}

/** Asks the service once more for all that clients saw, ends it, and reads the database. */
async function gather(stage: Stage, { records }: World): Promise<Evidence> {
  const url = await urlOfOne(stage);
  const replays: Evidence['replays'] = new Map();
  for (const { threadId, runId, watchings } of records) {
    if (!runId) continue;
    for (const { modes } of watchings) {
      const key = replayKey(runId, modes);
      if (!replays.has(key)) replays.set(key, await replay(url, { threadId, runId }, modes));
    }
  }
  const messages: Evidence['messages'] = new Map();
  for (const threadId of new Set(records.map((record) => record.threadId))) {
    messages.set(threadId, await readMessages(url, threadId));
  }
  await stage.stopReplicas();
  const { databaseUrl, folder, effects, replicas } = stage;
  const ledger = await readLedger(databaseUrl ? { databaseUrl } : { dataDir: path.join(folder, 'data') });
  const troubles = replicas.flatMap((replica) => replica.troubles);
  return { records, ledger, deliveries: effects.deliveries, replays, messages, troubles };
}

/** All that the verdicts rest on, beside the logs of the replicas. */
async function keepEvidence({ folder }: Stage, evidence: Evidence): Promise<void> {
  const plain = (_: string, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value);
  await writeFile(path.join(folder, 'evidence.json'), JSON.stringify(evidence, plain));
}

async function urlOfOne({ replicas }: Stage): Promise<string> {
  for (let tries = 0; tries < 300; tries++) {
    const target = replicas.find(({ role, isUp }) => role !== 'worker' && isUp())?.target();
    if (target) return `http://${target.host}:${target.port}`;
    await sleep(200);
  }
  throw new Error('no replica comes up any more');
}
