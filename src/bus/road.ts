import type { Packet } from './packet.ts';
import type { Signal } from './signal.ts';

/** A way from process to process. */
export interface Road {
  /** Whether signals of others arrive just now. */
  up(): boolean;
  /** Rejects, within a few seconds, when they cannot be sent. A `copy` is of what went over another road. */
  send(signals: Signal[], copy?: boolean): Promise<void>;
  close(): Promise<void>;
}

/** What a road reports. */
export interface RoadEvents {
  heard: (packet: Packet) => void;
  opened: () => void;
  /** Called for every try that fails, also the first. */
  broken: (cause: unknown) => void;
  /** Anything may have been missed on a road that works. */
  gap: () => void;
}
