/** The kinds of events of LangGraph's thread protocol. */
export type Method =
  | 'lifecycle'
  | 'messages'
  | 'tools'
  | 'tasks'
  | 'updates'
  | 'custom'
  | 'checkpoints'
  | 'values'
  | 'input.requested';

/** What a logged event says on one channel. `data` may be a function, so that states are only written out for those who want them. */
export interface Piece {
  method: Method;
  /** The node that it is about. */
  node?: string;
  data: object | (() => object);
}

/** A piece in its place: see `seqOf`. */
export interface ProtocolEvent extends Piece {
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
}

/**
 * One logged event may become several events of the protocol. Their numbers are the logged event's times this,
 * plus their place among its pieces, counted over all channels: the same for every filter, connection and
 * process, for as long as the log is there. They are exact numbers up to nine thousand million logged events.
 */
const scale = 1_000_000;

export function seqOf(logged: number, place: number): number {
  return logged * scale + place;
}

/** The logged event that an event of the protocol is of. */
export function loggedOf(seq: number): number {
  return Math.floor(seq / scale);
}

/** The last number that an event of the log up to `logged` can have. */
export function lastSeqOf(logged: number): number {
  return seqOf(logged, scale - 1);
}

/** The event as clients read it. Graphs are flat here, so everything happens at the root. */
export function formatEvent({ seq, at, method, node, data }: ProtocolEvent): object {
  return {
    type: 'event',
    event_id: String(seq),
    seq,
    method,
    params: {
      namespace: rootNamespace,
      timestamp: at,
      ...(node !== undefined && { node }),
      data: typeof data === 'function' ? data() : data,
    },
  };
}

export const rootNamespace: string[] = [];
