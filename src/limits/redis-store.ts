import { hash } from 'node:crypto';
import { type LimitStore, type Reading, slices } from './limit-store.ts';

export interface RedisStore extends LimitStore {
  /** Whether it can be asked just now. It connects again by itself. */
  up(): boolean;
  close(): void;
}

export interface RedisStoreOptions {
  url: string;
  /** What its keys begin with. */
  prefix?: string;
  /** Called when the connection breaks or does not come about, again and again while that is so. */
  onError: (error: unknown) => void;
}

const connectMs = 2_000;

/** Counts that all processes share over Redis: one script, whatever the number of limits. Resolves when the first try to connect has ended. */
export async function openRedisStore({
  url,
  prefix = 'baton:limit:',
  onError,
}: RedisStoreOptions): Promise<RedisStore> {
  const { createClient } = await import('redis'); // six hundred modules: for those who have it
  const client = createClient({
    url,
    name: 'baton-limits',
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    socket: { connectTimeout: connectMs, keepAlive: true, reconnectStrategy: waitBeforeTry },
  });
  const tried = Promise.withResolvers<void>();
  client.on('error', (error) => {
    tried.resolve();
    onError(error);
  });
  client.on('ready', tried.resolve);
  client.connect().catch(tried.resolve);
  await tried.promise;

  async function ask(keys: string[], args: string[]): Promise<unknown> {
    const asked = { keys, arguments: args };
    return client.evalSha(scriptSha, asked).catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT'))
        return client.eval(takeScript, asked);
      throw error;
    });
  }

  return {
    up: () => client.isReady,
    async take(charges, now) {
      const keys = charges.map(({ key }) => `${prefix}${key}`);
      const limits = charges.flatMap(({ cost, quota, windowMs }) => [cost, quota, windowMs / slices]);
      return readingsOf(await ask(keys, [now ?? '', slices, ...limits].map(String)));
    },
    close() {
      if (client.isOpen) client.destroy();
    },
  };
}

/** Soon at first, and every two seconds or so when Redis stays away. */
function waitBeforeTry(tries: number): number {
  return Math.min(100 * 2 ** Math.min(tries, 5), 2_000) * (0.5 + Math.random());
}

/** The script's answer: three numbers a limit. */
function readingsOf(answer: unknown): Reading[] {
  const numbers = answer as number[]; // what the script returns
  return Array.from({ length: numbers.length / 3 }, (_, at) => {
    const [used = 0, waitMs = 0, fits = 0] = numbers.slice(at * 3, at * 3 + 3);
    return { used, waitMs, fits: fits === 1 };
  });
}

/** Does with hashes of slice to count what memory-store.ts does with lists. A hash is gone when all in it would be forgotten. */
const takeScript = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local slices = tonumber(ARGV[2])
local answer, found, room = {}, {}, true

for i, key in ipairs(KEYS) do
  local cost, quota, width = tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 1]), tonumber(ARGV[i * 3 + 2])
  local current = math.floor(now / width)
  local fields = redis.call('HGETALL', key)
  local counts, over, used = {}, {}, cost
  for f = 1, #fields, 2 do
    local slice = tonumber(fields[f])
    if slice > current then current = slice end
    counts[slice] = tonumber(fields[f + 1])
  end
  for slice, count in pairs(counts) do
    if slice < current - slices then over[#over + 1] = string.format('%d', slice) else used = used + count end
  end
  counts[current] = (counts[current] or 0) + cost

  local missing, freed, slice = math.max(used - quota, 1), 0, current - slices - 1
  while freed < missing and slice < current do
    slice = slice + 1
    freed = freed + (counts[slice] or 0)
  end
  local fits = used <= quota
  room = room and fits
  found[i] = { current = current, over = over, ttl = (current + slices + 1) * width - now }
  answer[#answer + 1] = used
  answer[#answer + 1] = (slice + slices + 1) * width - now
  answer[#answer + 1] = fits and 1 or 0
end

for i, key in ipairs(KEYS) do
  local cost = tonumber(ARGV[i * 3])
  if room then
    redis.call('HINCRBY', key, string.format('%d', found[i].current), cost)
    if #found[i].over > 0 then redis.call('HDEL', key, unpack(found[i].over)) end
    redis.call('PEXPIRE', key, found[i].ttl)
  else
    answer[i * 3 - 2] = answer[i * 3 - 2] - cost
  end
end
return answer`;
const scriptSha = hash('sha1', takeScript);
