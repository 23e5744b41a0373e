import pg from 'pg';
import { keepOpen, type Line } from './keep-open.ts';
import { readPacket, writePackets } from './packet.ts';
import type { Road, RoadEvents } from './road.ts';
import { bare, type Signal } from './signal.ts';
import { within } from './within.ts';

/** Of the schema `baton`; a channel belongs to one database. */
const channel = 'baton_bus';
/** PostgreSQL takes payloads of less than 8000 bytes. */
const mostBytes = 7_999;
const beatEvery = 5_000;
const answerWithin = 3_000;

/**
 * LISTEN and NOTIFY on a connection of its own, so that neither waits for the pool. It must lead to the server itself:
 * a pooler that shares sessions delivers no notifications.
 */
export async function openNotifyRoad(pool: pg.Pool, from: string, events: RoadEvents): Promise<Road> {
  const kept = await keepOpen({
    open: (signal) => listen(pool.options, signal, (text) => hearPacket(text, events)),
    opened: events.opened,
    broken: events.broken,
  });
  return {
    up: () => kept.line() !== undefined,
    async send(signals: Signal[], copy = false) {
      const line = kept.line();
      if (!line) throw new Error('no connection to listen and notify on');
      await line.notify(writePackets({ from, copy, signals: signals.map(bare) }, mostBytes));
    },
    close: () => kept.close(),
  };
}

function hearPacket(text: string, events: RoadEvents): void {
  const packet = readPacket(text);
  if (packet) events.heard(packet);
}

interface ListenLine extends Line {
  notify(payloads: string[]): Promise<void>;
}

async function listen(
  settings: pg.PoolOptions,
  signal: AbortSignal,
  hear: (text: string) => void,
): Promise<ListenLine> {
  const client = new pg.Client(listenSettings(settings));
  const broken = Promise.withResolvers<unknown>();
  const cut = () => void client.connection.stream.destroy();
  client.on('error', broken.resolve);
  client.on('end', () => broken.resolve(new Error('the connection was closed')));
  client.on('notification', ({ payload }) => payload && hear(payload));
  signal.addEventListener('abort', cut, { once: true });
  try {
    await client.connect();
    await client.query(`listen ${channel}`);
  } catch (error) {
    cut();
    throw error;
  } finally {
    signal.removeEventListener('abort', cut);
  }
  // A server that vanished without a word shows by not answering.
  const ask = inTurn(client, broken.resolve);
  const beat = setInterval(() => void ask('select 1').catch(() => undefined), beatEvery);
  return {
    broken: broken.promise,
    notify: (payloads) => ask(notifyAll, [channel, payloads]),
    async close() {
      clearInterval(beat);
      await within(300, 'ending the connection', client.end()).catch(cut);
    },
  };
}

function listenSettings(settings: pg.PoolOptions): pg.ClientConfig {
  return {
    ...settings,
    ...(settings.password !== undefined && { password: settings.password }), // the pool hides it from a spread
    application_name: 'baton-listen',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 2_000,
    query_timeout: answerWithin,
  };
}

/**
 * One statement, so one transaction. Commits that notify take a lock on the whole cluster until the disk has them, so
 * this one does not wait for the disk: what it says is worth nothing after a crash.
 */
const notifyAll = `
  select set_config('synchronous_commit', 'off', true), pg_notify($1, payload)
  from unnest($2::text[]) as payload`;

/** One statement after another. The first that fails breaks the line. */
function inTurn(client: pg.Client, broken: (cause: unknown) => void) {
  let turn = Promise.resolve();
  return (statement: string, values: unknown[] = []): Promise<void> => {
    turn = turn.then(async () => {
      await client.query(statement, values);
    });
    turn.catch(broken);
    return turn;
  };
}
