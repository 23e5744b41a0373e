import { setTimeout as sleep } from 'node:timers/promises';
import { type SeededRandom, seededRandom } from '../../src/films/seeded-random.ts';
import type { ChaosOptions } from './options.ts';
import type { Replica } from './replica.ts';
import type { Stage } from './stage.ts';

/** What was done to the service, and how often. */
export interface Injected {
  kills: number;
  deploys: number;
  /** How long each of them took, in milliseconds. */
  deployMs: number[];
  databaseCuts: number;
  databaseRestarts: number;
  databaseStalls: number;
  freezes: number;
  clientCuts: number;
}

type Fault = (stage: Stage, random: SeededRandom, injected: Injected) => Promise<void>;

/** The faults beside kills, and how many of each come with one kill. */
const besides: [number, Fault][] = [
  [0.2, deploy],
  [0.2, cutDatabase],
  [0.08, restartDatabase],
  [0.06, stallDatabase],
  [0.06, freeze],
  [0.3, cutClients],
];

/** Injects faults until the kills are done or the time is over. Resolves when the last of them is over; `onKill` hears of each kill. */
export async function injectFaults(
  stage: Stage,
  options: ChaosOptions,
  onKill: (kills: number) => void = () => undefined,
): Promise<Injected> {
  const random = seededRandom(options.seed + 2);
  const until = performance.now() + options.minutes * 60_000;
  const injected = none();
  const lasting: Promise<void>[] = [];
  await sleep(1_000);
  while (injected.kills < options.kills && performance.now() < until) {
    for (const [share, fault] of besides) {
      if (random.chance(share)) lasting.push(begin(fault(stage, random, injected)));
    }
    await sleep(random.whole(0.3 * options.everyMs, 1.7 * options.everyMs));
    if (kill(stage, random)) onKill(++injected.kills);
  }
  await Promise.all(lasting);
  return injected;
}

/** A fault that lasts; where it fails, whoever waits for it in the end hears of it. */
function begin(fault: Promise<void>): Promise<void> {
  fault.catch(() => undefined);
  return fault;
}

function none(): Injected {
  return {
    kills: 0,
    deploys: 0,
    deployMs: [],
    databaseCuts: 0,
    databaseRestarts: 0,
    databaseStalls: 0,
    freezes: 0,
    clientCuts: 0,
  };
}

function kill({ replicas }: Stage, random: SeededRandom): boolean {
  return pickUp(replicas, random)?.kill() ?? false;
}

async function deploy({ replicas }: Stage, random: SeededRandom, injected: Injected): Promise<void> {
  const took = await pickUp(replicas, random)?.deploy();
  if (took === undefined) return;
  injected.deploys += 1;
  injected.deployMs.push(Math.round(took));
}

async function cutDatabase({ replicas }: Stage, random: SeededRandom, injected: Injected): Promise<void> {
  const proxy = random.pick(replicas).database;
  if (!proxy) return;
  proxy.cutAll();
  injected.databaseCuts += 1;
}

async function restartDatabase(stage: Stage, _: SeededRandom, injected: Injected): Promise<void> {
  if (!stage.databaseUrl) return;
  await stage.restartDatabase();
  injected.databaseRestarts += 1;
}

/** Shorter and longer than a lease: what the replica wanted to write may come when another has the run. */
async function stallDatabase({ replicas }: Stage, random: SeededRandom, injected: Injected): Promise<void> {
  const proxy = random.pick(replicas).database;
  if (!proxy) return;
  injected.databaseStalls += 1;
  proxy.stallAll();
  await sleep(random.pick([2_000, 5_000, 13_000]));
  if (random.chance(0.5)) proxy.cutAll();
  proxy.resumeAll();
}

/** Shorter and longer than a lease: it wakes up and believes that it has its runs still. */
async function freeze(
  { replicas, databaseUrl }: Stage,
  random: SeededRandom,
  injected: Injected,
): Promise<void> {
  if (!databaseUrl) return;
  injected.freezes += 1;
  await pickUp(replicas, random)?.freeze(random.pick([2_000, 12_500, 14_000]));
}

async function cutClients({ clients }: Stage, _: SeededRandom, injected: Injected): Promise<void> {
  clients.cutAll();
  injected.clientCuts += 1;
}

function pickUp(replicas: Replica[], random: SeededRandom): Replica | undefined {
  const up = replicas.filter((replica) => replica.isUp());
  return up.length > 0 ? random.pick(up) : undefined;
}
