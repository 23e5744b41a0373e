import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { numberOf } from './conversation.ts';
import { cpuMsOf } from './process-figures.ts';
import type { Subject } from './subject.ts';
import { type Taken, takeTurn } from './take-turn.ts';

export interface Drive {
  clients: number;
  /** No turn is begun later than this. */
  milliseconds: number;
  longFilms: number;
  /** Turns of each client, at most. */
  most?: number;
  /** The clients begin evenly over this time. */
  spreadMs?: number;
  /** Asks this question again and again; without it, each turn asks one that was never asked. */
  number?: number;
}

/** What came of a drive: its turns, how long it took, and what the service's process used of the processors meanwhile. */
export interface Driven {
  turns: Taken[];
  milliseconds: number;
  cpuMs: number;
  /** Turns that were under way at once, at most. */
  atOnce: number;
}

let asked = 0;

/** The number of a question that was never asked in this run. */
export function nextNumber(): number {
  asked += 1;
  return numberOf(asked);
}

/** Clients that post turns on new threads, each the next when its last has ended. */
export async function drive(subject: Subject, options: Drive): Promise<Driven> {
  const { clients, milliseconds, longFilms, most = Number.POSITIVE_INFINITY, spreadMs = 0 } = options;
  const turns: Taken[] = [];
  const began = performance.now();
  const cpu = cpuMsOf(subject.pid);
  const agent = new Agent({ keepAlive: true });
  let open = 0;
  let atOnce = 0;

  async function client(at: number): Promise<void> {
    if (spreadMs > 0) await sleep((spreadMs * at) / clients);
    for (let turn = 0; turn < most && performance.now() - began < milliseconds; turn++) {
      open += 1;
      atOnce = Math.max(atOnce, open);
      const number = options.number ?? nextNumber();
      turns.push(await takeTurn(subject, { thread: randomUUID(), number, longFilms, agent }));
      open -= 1;
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, at) => client(at)));
  agent.destroy();
  return {
    turns,
    milliseconds: performance.now() - began,
    cpuMs: cpuMsOf(subject.pid) - cpu,
    atOnce,
  };
}
