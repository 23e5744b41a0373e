import { keepOpen } from './keep-open.ts';
import { writePackets } from './packet.ts';
import { openRedisLine, type RedisOptions } from './redis-line.ts';
import type { Road, RoadEvents } from './road.ts';
import type { Signal } from './signal.ts';
import { followStream, type Place } from './stream.ts';

/** Of one entry of the stream, in bytes. */
const mostBytes = 64_000;

/**
 * One stream that every process writes and reads. The place in it outlives a connection, so a short cut loses
 * nothing.
 */
export async function openRedisRoad(options: RedisOptions, from: string, events: RoadEvents): Promise<Road> {
  const place: Place = { last: undefined };
  const kept = await keepOpen({
    async open(signal) {
      const line = await openRedisLine(options, from, place, signal);
      followStream(line.stream, place, events).catch(line.giveUp);
      return line;
    },
    opened: events.opened,
    broken: events.broken,
  });
  return {
    up: () => kept.line() !== undefined,
    async send(signals: Signal[]) {
      const line = kept.line();
      if (!line) throw new Error('no connection to Redis');
      await line.write(writePackets({ from, signals }, mostBytes));
    },
    close: () => kept.close(),
  };
}
