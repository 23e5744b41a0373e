import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Logger } from '../log.ts';
import { type Audience, openAudience } from './audience.ts';
import type { Bus } from './bus.ts';
import { type Deafness, watchDeafness } from './deafness.ts';
import { openNotifyRoad } from './notify-road.ts';
import { oncePerCut } from './once-per-cut.ts';
import type { BusOptions } from './open-bus.ts';
import { openOutbox } from './outbox.ts';
import type { Packet } from './packet.ts';
import { watchPresence } from './presence.ts';
import { openRedisRoad } from './redis-road.ts';
import type { Road, RoadEvents } from './road.ts';
import type { Signal } from './signal.ts';
import { within } from './within.ts';

/** The least time between two sends, in milliseconds. */
const notifyEvery = 20;
const redisEvery = 10;

/**
 * The bus of several processes. It always listens to NOTIFY. Where Redis is there, notices travel through it, and over
 * NOTIFY as well while some process does not hear Redis: so replicas with and without Redis understand one another. Over NOTIFY
 * nothing is said while nobody else listens; who comes later hears that it may have missed something.
 */
export async function openSharedBus({
  pool,
  redisUrl,
  log,
  streamKey = 'baton:events',
  streamLength = 2_000,
  deafEvery = 5_000,
}: Omit<BusOptions, 'database'> & { pool: Pool }): Promise<Bus> {
  const from = randomUUID();
  const audience = openAudience(log);
  const roads: Roads = {};
  const outbox = openOutbox({
    send: (signals) => sendOver(roads, deafness, signals),
    every: () => (roads.redis?.up() ? redisEvery : notifyEvery),
  });
  const say = () => {
    const words: Signal[] = roads.redis?.up() ? [{ type: 'here' }] : [{ type: 'here' }, { type: 'deaf' }];
    void roads.notify?.send(words).catch(() => undefined);
  };
  const deafness = watchDeafness({ say, gap: audience.gap, every: deafEvery });
  const presence = watchPresence({
    self: from,
    say,
    tellGap: () => outbox.add({ type: 'lost' }),
    every: deafEvery,
  });

  function listens(): void {
    if (!roads.notify) return;
    deafness.listens();
    presence.listens();
    if (redisUrl && !roads.redis?.up()) deafness.began();
    else audience.gap();
  }
  function hearsRedis(): void {
    deafness.ended();
    audience.gap();
  }
  const heard = hearer(from, roads, audience, deafness);
  const { gap } = audience;
  const heardOverNotify = (packet: Packet) => {
    presence.heard(packet.from);
    heard(packet);
  };
  const overNotify = { heard: heardOverNotify, gap, ...notifyCuts(log, listens) };
  const overRedis = { heard, gap, ...redisCuts(log, hearsRedis, deafness.began) };
  [roads.notify, roads.redis] = await Promise.all([
    openNotifyRoad(pool, from, overNotify),
    redisUrl ? openRedisRoad({ url: redisUrl, streamKey, streamLength }, from, overRedis) : undefined,
  ]);
  listens();

  return {
    state: () => (roads.notify?.up() && hearsAll(roads, deafness) ? 'connected' : 'cut'),
    publish(notice) {
      if (!roads.redis?.up() && roads.notify?.up() && presence.alone()) presence.kept();
      else outbox.add(notice);
    },
    subscribe: audience.add,
    async close() {
      await within(300, 'sending the last notices', outbox.close()).catch(() => undefined);
      await Promise.all([roads.notify?.close(), roads.redis?.close()]);
      deafness.close();
      presence.close();
    },
  };
}

interface Roads {
  notify?: Road | undefined;
  /** Absent where no Redis is set. */
  redis?: Road | undefined;
}

async function sendOver({ notify, redis }: Roads, deafness: Deafness, signals: Signal[]): Promise<void> {
  const sent = redis?.up() ? await succeeds(redis.send(signals)) : false;
  if (sent && !deafness.ofOthers()) return;
  if (!notify) throw new Error('the bus is not open yet');
  await notify.send(signals, sent);
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

function hearsAll({ redis }: Roads, deafness: Deafness): boolean {
  return !redis || redis.up() || deafness.settled();
}

function hearer(from: string, roads: Roads, audience: Audience, deafness: Deafness) {
  return (packet: Packet) => {
    if (packet.from === from || (packet.copy && roads.redis?.up())) return;
    for (const signal of packet.signals) {
      if (signal.type === 'lost') audience.gap();
      else if (signal.type === 'deaf') deafness.heard();
      else if (signal.type !== 'here') audience.tell(signal);
    }
  };
}

function notifyCuts(log: Logger, opened: () => void): Pick<RoadEvents, 'opened' | 'broken'> {
  return oncePerCut({
    opened,
    broken: () => undefined,
    back: () => log.info('the bus listens to the database again'),
    gone: (err) => log.warn({ err }, 'the bus lost the database: other processes are not heard'),
  });
}

function redisCuts(log: Logger, opened: () => void, broken: () => void) {
  return oncePerCut({
    opened,
    broken,
    back: () => log.info('the bus goes over Redis again'),
    gone: (err) => log.warn({ err }, 'Redis cannot be used: the bus goes over NOTIFY until it can'),
  });
}
