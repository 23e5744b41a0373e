import type { Line } from './keep-open.ts';
import type { Place, Stream } from './stream.ts';
import { within } from './within.ts';

export interface RedisOptions {
  url: string;
  streamKey: string;
  /** About how many entries the stream keeps. */
  streamLength: number;
}

export interface RedisLine extends Line {
  stream: Stream;
  /** Rejects, and the line is broken, when Redis does not take all of it in time. */
  write(packets: string[]): Promise<void>;
  giveUp(cause: unknown): void;
}

/** How long Redis may take for anything, and how much longer for a read that waits. */
const answerWithin = 2_000;

/** Two connections, because a read that waits holds its own. They do not reconnect: a new line is opened instead. */
export async function openRedisLine(
  options: RedisOptions,
  from: string,
  place: Place,
  signal: AbortSignal,
): Promise<RedisLine> {
  const broken = Promise.withResolvers<unknown>();
  const [writer, reader] = await Promise.all([
    openClient(options.url, broken.resolve),
    openClient(options.url, broken.resolve),
  ]);
  const cut = () => [writer, reader].forEach(destroy);
  const write = (packets: string[]) =>
    within(answerWithin, 'writing to Redis', add(writer, options, packets));
  const stream = streamOf(reader, options.streamKey);
  signal.addEventListener('abort', cut, { once: true });
  try {
    signal.throwIfAborted();
    await within(answerWithin, 'connecting to Redis', Promise.all([writer.connect(), reader.connect()]));
    // An entry that says nothing: it shows that Redis takes entries, and marks where a newcomer begins to read.
    const [mark] = await write([JSON.stringify({ from, signals: [] })]);
    if (!place.last || !(await stream.holds(place.last))) place.last = mark;
  } catch (error) {
    cut();
    throw error;
  } finally {
    signal.removeEventListener('abort', cut);
  }
  return {
    broken: broken.promise,
    stream,
    giveUp: broken.resolve,
    async write(packets) {
      await write(packets).catch((error: unknown) => {
        broken.resolve(error);
        throw error;
      });
    },
    close: async () => cut(),
  };
}

type Client = Awaited<ReturnType<typeof openClient>>;

/** No queue for a server that is away: what cannot be sent now fails now. */
async function openClient(url: string, onError: (error: unknown) => void) {
  const { createClient } = await import('redis'); // six hundred modules: for those who have it
  const client = createClient({
    url,
    name: 'baton',
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    socket: { connectTimeout: answerWithin, reconnectStrategy: false, keepAlive: true },
  });
  client.on('error', onError);
  return client;
}

/** All in one go: the commands of one tick travel together. */
function add(client: Client, { streamKey, streamLength }: RedisOptions, packets: string[]) {
  const TRIM = { strategy: 'MAXLEN', strategyModifier: '~', threshold: streamLength } as const;
  return Promise.all(packets.map((packet) => client.xAdd(streamKey, '*', { packet }, { TRIM })));
}

interface Read {
  messages: { id: string; message: Record<string, string> }[];
}

function streamOf(client: Client, key: string): Stream {
  const limited = <T>(work: Promise<T>, extra = 0) =>
    within(answerWithin + extra, 'reading from Redis', work);
  return {
    async holds(id) {
      const found = await limited(client.xRange(key, id, id));
      return Boolean(found?.length);
    },
    async newest() {
      const found = await limited(client.xRevRange(key, '+', '-', { COUNT: 1 }));
      return found?.[0]?.id ?? '0-0';
    },
    async read(id, count, milliseconds) {
      const options = { COUNT: count, BLOCK: milliseconds };
      const streams: Read[] | null = await limited(client.xRead({ key, id }, options), milliseconds);
      const entries = streams?.[0]?.messages ?? [];
      return entries.map(({ id, message }) => ({ id, text: message.packet ?? '' }));
    },
  };
}

function destroy(client: Client): void {
  if (client.isOpen) client.destroy();
}
