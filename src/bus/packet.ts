import type { LoggedEvent } from '../turn-event.ts';
import { bare, type Signal } from './signal.ts';

/** Signals of one sender in one message. */
export interface Packet {
  /** The sender, so that it ignores its own. */
  from: string;
  /** The sender says the same over Redis. */
  copy?: boolean;
  signals: Signal[];
}

/**
 * Writes signals into as few texts as fit in `mostBytes` each, in order. A signal that is too large travels without its
 * events; one that is too large even so becomes `lost`, which makes its hearers look into the database.
 */
export function writePackets({ from, copy, signals }: Packet, mostBytes: number): string[] {
  const head = `{"from":${JSON.stringify(from)},${copy ? '"copy":true,' : ''}"signals":[`;
  const room = mostBytes - Buffer.byteLength(head) - ']}'.length;
  const packets: string[][] = [];
  let left = 0;
  for (const signal of signals) {
    const text = writeSignal(signal, room);
    const size = Buffer.byteLength(text) + 1;
    if (size > left) {
      packets.push([]);
      left = room;
    }
    packets.at(-1)?.push(text);
    left -= size;
  }
  return packets.map((texts) => `${head}${texts.join(',')}]}`);
}

/** Reads what `writePackets` wrote. Undefined for anything else; signals of kinds unknown here are left out. */
export function readPacket(text: string): Packet | undefined {
  try {
    const { from, copy, signals }: Record<string, unknown> = JSON.parse(text);
    if (typeof from !== 'string' || !Array.isArray(signals)) return undefined;
    const known = signals.map(readSignal).filter((signal) => signal !== undefined);
    return { from, ...(copy === true && { copy }), signals: known };
  } catch {
    return undefined;
  }
}

function writeSignal(signal: Signal, room: number): string {
  const forms = [signal, bare(signal), { type: 'lost' }];
  const fitting = forms.map((form) => JSON.stringify(form)).find((text) => Buffer.byteLength(text) < room);
  return fitting ?? '{"type":"lost"}';
}

type Written = { type?: unknown; threadKey?: unknown; seq?: unknown; events?: unknown; runId?: unknown };

function readSignal(written: Written | null): Signal | undefined {
  const { type, threadKey, seq, events, runId } = written ?? {};
  if (type === 'events' && typeof threadKey === 'string' && typeof seq === 'number') {
    // Only a process of this service writes here, and it writes the log's own events.
    return { type, threadKey, seq, ...(Array.isArray(events) && { events: events as LoggedEvent[] }) };
  }
  if (type === 'cancel' && typeof runId === 'string') return { type, runId };
  if (type === 'run-waits' || type === 'lost' || type === 'here' || type === 'deaf') return { type };
  return undefined;
}
