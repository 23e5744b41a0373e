import { readPacket } from './packet.ts';
import type { RoadEvents } from './road.ts';

/** Where a reader of a stream stands. */
export interface Place {
  /** The id of the last entry that was heard. */
  last: string | undefined;
}

/** A stream of Redis, as its reader sees it. Everything rejects when Redis does not answer in time. */
export interface Stream {
  /** Whether the entry is still there. */
  holds(id: string): Promise<boolean>;
  /** The id of the newest entry, `0-0` in an empty stream. */
  newest(): Promise<string>;
  /** The entries after `id`; waits for the first of them so many milliseconds, and gives none after that. */
  read(id: string, count: number, milliseconds: number): Promise<{ id: string; text: string }[]>;
}

/** How long a read waits, in milliseconds, and how many entries it brings at most. */
const readFor = 3_000;
const readCount = 100;

/** Hears the entries of a stream from a place on, for ever. Rejects when it cannot be read. */
export async function followStream(stream: Stream, place: Place, events: RoadEvents): Promise<never> {
  for (;;) {
    const last = place.last ?? '0-0';
    // The two are sent together and Redis does them in turn: while the last entry is there, so are all that came after it.
    const [unbroken, entries] = await Promise.all([
      last === '0-0' || stream.holds(last).then((holds) => reportGap(holds, events)),
      stream.read(last, readCount, readFor),
    ]);
    for (const { id, text } of entries) {
      place.last = id;
      const packet = readPacket(text);
      if (packet) events.heard(packet);
    }
    // The stream was emptied, and a clock that was set back may number its entries lower than before.
    if (!unbroken && entries.length === 0) place.last = await stream.newest();
  }
}

/** Says so at once, and not when the read beside it ends. */
function reportGap(holds: boolean, events: RoadEvents): boolean {
  if (!holds) events.gap();
  return holds;
}
