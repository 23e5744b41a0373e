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

/** Before every event. */
export const fromTheStart: Position = { seq: -1, index: Number.POSITIVE_INFINITY };

export function formatFrame({ event, data }: Frame, position: Position): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\nid: ${formatPosition(position)}\n\n`;
}

/**
 * The frames of the event `seq`, as text; those alone that a client who has `after` has not got. Most events have none: an async
 * generator reads them by `for`, since `yield*` makes promises for those too.
 */
export function* formatFrames(seq: number, frames: Frame[], after: Position): Generator<string> {
  for (const [at, frame] of frames.entries()) {
    const position = { seq, index: at === frames.length - 1 ? Number.POSITIVE_INFINITY : at };
    if (isAfter(position, after)) yield formatFrame(frame, position);
  }
}

export function formatPosition({ seq, index }: Position): string {
  return Number.isFinite(index) ? `${seq}.${index}` : String(seq);
}

/** Reads what a client sends as `Last-Event-ID`; `-1` and `-` are the start. Returns undefined when it is no position. */
export function readPosition(id: string): Position | undefined {
  if (id === '-') return fromTheStart;
  const [, seq, index] = /^(-1|\d{1,15})(?:\.(\d{1,9}))?$/.exec(id) ?? [];
  if (seq === undefined) return undefined;
  return { seq: Number(seq), index: index === undefined ? Number.POSITIVE_INFINITY : Number(index) };
}

export function isAfter(position: Position, other: Position): boolean {
  return position.seq === other.seq ? position.index > other.index : position.seq > other.seq;
}
