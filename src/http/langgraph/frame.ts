/** One event of LangGraph's streams: its name and its JSON. */
export interface Frame {
  event: string;
  data: unknown;
}

/**
 * Where a frame stands in the thread's log. One logged event may become several frames: the last has the
 * event's number alone, those before it their index behind a point.
 */
export interface Position {
  seq: number;
  /** Infinity for the last frame of an event. */
  index: number;
}

export function formatFrame({ event, data }: Frame, { seq, index }: Position): string {
  const id = Number.isFinite(index) ? `${seq}.${index}` : String(seq);
  return `event: ${event}\ndata: ${JSON.stringify(data)}\nid: ${id}\n\n`;
}

/** Reads what a client sends as `Last-Event-ID`; `-1` is the start. Returns undefined when it is no position. */
export function readPosition(id: string): Position | undefined {
  const [, seq, index] = /^(-1|\d{1,15})(?:\.(\d{1,9}))?$/.exec(id) ?? [];
  if (seq === undefined) return undefined;
  return { seq: Number(seq), index: index === undefined ? Number.POSITIVE_INFINITY : Number(index) };
}

export function isAfter(position: Position, other: Position): boolean {
  return position.seq === other.seq ? position.index > other.index : position.seq > other.seq;
}
