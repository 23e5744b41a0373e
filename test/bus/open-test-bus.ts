import { Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Bus, Notice } from '../../src/bus/bus.ts';
import { type BusOptions, openBus } from '../../src/bus/open-bus.ts';
import { openLog } from '../../src/log.ts';
import type { LoggedEvent } from '../../src/turn-event.ts';

/** A bus, what it heard, how often anything may have been missed, and what it logged. */
export interface TestBus {
  bus: Bus;
  heard: Notice[];
  gaps: () => number;
  logged: { level: number; msg: string }[];
}

/** A bus that closes when the test ends. */
export async function openTestBus(options: Omit<BusOptions, 'log'>): Promise<TestBus> {
  const logged: TestBus['logged'] = [];
  const lines = new Writable({
    write(chunk, _, done) {
      logged.push(JSON.parse(`${chunk}`));
      done();
    },
  });
  const bus = await openBus({ ...options, log: openLog('info', false, lines) });
  onTestFinished(() => bus.close());
  const heard: Notice[] = [];
  let gaps = 0;
  bus.subscribe(
    (notice) => heard.push(notice),
    () => gaps++,
  );
  return { bus, heard, gaps: () => gaps, logged };
}

export function told(threadKey: string, seq: number): Notice {
  return { type: 'events', threadKey, seq };
}

/** The same with the event itself. */
export function toldWhole(threadKey: string, seq: number, size = 10): Notice {
  return { ...told(threadKey, seq), events: [delta(threadKey, seq, size)] } as Notice; // events is allowed by its type
}

export function delta(threadKey: string, seq: number, size = 10): LoggedEvent {
  const place = { seq, runId: 'run', threadId: threadKey, at: 0 };
  return { type: 'text-delta', agent: 'a', messageId: 'm', text: 'é'.repeat(size), step: 1, ...place };
}

/** The highest seq heard of a thread; -1 when they did not come in order. */
export function lastSeq(heard: Notice[], threadKey: string): number {
  const seqs = heard.flatMap((notice) =>
    notice.type === 'events' && notice.threadKey === threadKey ? [notice.seq] : [],
  );
  return seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] ?? 0)) ? (seqs.at(-1) ?? 0) : -1;
}

/** Every event of a thread that travelled along, by seq. */
export function seqsWithEvents(heard: Notice[], threadKey: string): number[] {
  return heard.flatMap((notice) =>
    notice.type === 'events' && notice.threadKey === threadKey
      ? (notice.events ?? []).map(({ seq }) => seq)
      : [],
  );
}
