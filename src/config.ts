import path from 'node:path';
import { z } from 'zod';
import { ConfigError } from './errors.ts';

/** A model of a provider: `openai:gpt-4.1-mini`, or `offline` and `local`, which need no key. */
export interface ModelName {
  provider: string;
  model: string;
}

/** How long a thread is kept when nobody uses it, and what goes then: all of it, or all of its states but the newest. */
export interface ThreadTtl {
  /** More than 0; parts of minutes count. */
  minutes: number;
  strategy: 'delete' | 'keep_latest';
}

export interface Config {
  http: {
    host: string;
    port: number;
    /** Streams and sockets that this process holds open at once; more are refused. */
    maxStreams: number;
  };
  database: {
    url?: string;
    dataDir: string;
    /** Connections to PostgreSQL at most, beside the few that the queue and the bus have. */
    pool: number;
    /** How long PostgreSQL may take for one statement. */
    statementTimeoutMs: number;
  };
  /** How replicas hear of one another sooner than from the database they share. */
  bus: { redisUrl?: string };
  models: {
    /** What an agent's `model:` may name. */
    roles: Record<'fast' | 'careful', ModelName>;
    embed: ModelName;
    openai: { apiKey?: string; baseUrl?: string };
    /** How long one request to a provider may take, and how often it is tried again. */
    timeoutMs: number;
    retries: number;
  };
  /** Whether this process answers clients, carries out runs, or both. */
  role: 'api' | 'worker' | 'both';
  runs: {
    /** Runs that this process carries out at once. */
    concurrency: number;
    /** Runs that may wait for a worker, in the whole service; more are refused. */
    maxWaiting: number;
    /** How long a process that is asked to stop lets its steps end before it hands them over. */
    drainSeconds: number;
  };
  webhooks: {
    /** What webhooks are signed with, in the form of Standard Webhooks; absent: they are not signed. */
    secret?: string;
    /** Hosts, addresses and ranges of them that may be told beside public ones. */
    allow: string[];
  };
  retention: {
    /** How long a new thread is kept when nobody uses it; absent: for ever. */
    ttl?: ThreadTtl;
    /** How many days the log of ended runs stays where a thread is pruned to its newest state. */
    logDays: number;
  };
  log: { level: string; pretty: boolean };
  /** The folder that holds `agents/`, `graphs/` and `tools/`. */
  projectDir: string;
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const text = z.string().trim().min(1);
const modelName = text.regex(
  /^(offline|local|[\w.-]+:\S+|[\w./-]+)$/,
  'expected provider:model, such as openai:gpt-4.1-mini',
);

const host = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.hostname()],
  'expected a host, an address or a range such as 10.0.0.0/8',
);

/** One entry a variable; an empty variable counts as not set. */
const variables = z.object({
  OPENAI_API_KEY: text.optional(),
  OPENAI_BASE_URL: z
    .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
    .optional(),
  BATON_MODEL_FAST: modelName.optional(),
  BATON_MODEL_CAREFUL: modelName.optional(),
  BATON_MODEL_EMBED: modelName.optional(),
  BATON_MODEL_TIMEOUT_MS: whole(100, 600_000).default(60_000),
  BATON_MODEL_RETRIES: whole(0, 10).default(2),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'expected a URL that begins with postgres://' })
    .optional(),
  BATON_DATA_DIR: text.default('.baton'),
  BATON_DATABASE_POOL: whole(1, 1_000).default(10),
  BATON_STATEMENT_TIMEOUT_MS: whole(100, 600_000).default(15_000),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'expected a URL that begins with redis:// or rediss://' })
    .optional(),
  BATON_WEBHOOK_SECRET: text
    .refine(isWebhookSecret, 'expected whsec_ and 24 to 64 bytes in base64: openssl rand -base64 32')
    .optional(),
  BATON_WEBHOOK_ALLOW: text
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .pipe(z.array(host, 'expected hosts, addresses and ranges such as 10.0.0.0/8, parted by commas'))
    .default([]),
  BATON_ROLE: z.enum(['api', 'worker', 'both'], 'expected api, worker or both').default('both'),
  BATON_RUN_CONCURRENCY: whole(1, 10_000).default(200),
  BATON_MAX_WAITING: whole(1, 1_000_000).default(1_000),
  BATON_DRAIN_SECONDS: whole(0, 3_600).default(10),
  BATON_THREAD_TTL_MINUTES: whole(1, 5_256_000).optional(),
  BATON_THREAD_TTL_STRATEGY: z
    .enum(['delete', 'keep_latest'], 'expected delete or keep_latest')
    .default('delete'),
  BATON_LOG_DAYS: whole(0, 3_650).default(7),
  BATON_MAX_STREAMS: whole(1, 100_000).default(2_000),
  PORT: whole(0, 65_535).default(3000),
  HOST: text.default('127.0.0.1'),
  LOG_LEVEL: z.enum(levels, `expected one of ${levels.join(', ')}`).default('info'),
});

/** Reads the process's environment, once, at start. Throws a `ConfigError` that lists all that is wrong. */
export function readConfig(): Config {
  return toConfig(process.env, { cwd: process.cwd(), terminal: process.stderr.isTTY === true });
}

/** Turns variables into a config. Pure. Throws a `ConfigError` that lists all that is wrong. */
export function toConfig(
  env: Record<string, string | undefined>,
  { cwd, terminal }: { cwd: string; terminal: boolean },
): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = variables.safeParse(set);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(problemOf));
  const read = parsed.data;
  const models = modelsOf(read);
  return {
    http: { host: read.HOST, port: read.PORT, maxStreams: read.BATON_MAX_STREAMS },
    database: {
      ...(read.DATABASE_URL && { url: read.DATABASE_URL }),
      dataDir: path.resolve(cwd, read.BATON_DATA_DIR),
      pool: read.BATON_DATABASE_POOL,
      statementTimeoutMs: read.BATON_STATEMENT_TIMEOUT_MS,
    },
    bus: { ...(read.REDIS_URL && { redisUrl: read.REDIS_URL }) },
    models: {
      ...models,
      openai: {
        ...(read.OPENAI_API_KEY && { apiKey: read.OPENAI_API_KEY }),
        ...(read.OPENAI_BASE_URL && { baseUrl: read.OPENAI_BASE_URL }),
      },
      timeoutMs: read.BATON_MODEL_TIMEOUT_MS,
      retries: read.BATON_MODEL_RETRIES,
    },
    role: read.BATON_ROLE,
    runs: {
      concurrency: read.BATON_RUN_CONCURRENCY,
      maxWaiting: read.BATON_MAX_WAITING,
      drainSeconds: read.BATON_DRAIN_SECONDS,
    },
    webhooks: {
      ...(read.BATON_WEBHOOK_SECRET && { secret: read.BATON_WEBHOOK_SECRET }),
      allow: read.BATON_WEBHOOK_ALLOW,
    },
    retention: {
      ...(read.BATON_THREAD_TTL_MINUTES !== undefined && {
        ttl: { minutes: read.BATON_THREAD_TTL_MINUTES, strategy: read.BATON_THREAD_TTL_STRATEGY },
      }),
      logDays: read.BATON_LOG_DAYS,
    },
    log: { level: read.LOG_LEVEL, pretty: terminal },
    projectDir: cwd,
  };
}

type Variables = z.infer<typeof variables>;

/** OpenAI's models where it can be reached, the offline ones where not; each role may be set by itself. */
function modelsOf(read: Variables): Pick<Config['models'], 'roles' | 'embed'> {
  const reachable = Boolean(read.OPENAI_API_KEY ?? read.OPENAI_BASE_URL);
  const models = {
    roles: {
      fast: parseModelName(read.BATON_MODEL_FAST ?? (reachable ? 'openai:gpt-4.1-mini' : 'offline')),
      careful: parseModelName(read.BATON_MODEL_CAREFUL ?? (reachable ? 'openai:gpt-4.1' : 'offline')),
    },
    embed: parseModelName(read.BATON_MODEL_EMBED ?? (reachable ? 'openai:text-embedding-3-small' : 'local')),
  };
  const named = { FAST: models.roles.fast, CAREFUL: models.roles.careful, EMBED: models.embed };
  const unreachable = Object.entries(named).filter(([, name]) => name.provider === 'openai' && !reachable);
  if (unreachable.length > 0) {
    const problem = 'names a model of OpenAI, and neither OPENAI_API_KEY nor OPENAI_BASE_URL is set';
    throw new ConfigError(unreachable.map(([role]) => `BATON_MODEL_${role} ${problem}`));
  }
  return models;
}

/** A name without a provider is one of OpenAI's wire. */
function parseModelName(name: string): ModelName {
  if (name === 'offline' || name === 'local') return { provider: name, model: name };
  const colon = name.indexOf(':');
  if (colon < 0) return { provider: 'openai', model: name };
  return { provider: name.slice(0, colon), model: name.slice(colon + 1) };
}

function whole(least: number, most: number) {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int(error).min(least, error).max(most, error);
}

function isWebhookSecret(secret: string): boolean {
  const encoded = secret.replace(/^whsec_/, '');
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && bytes.length >= 24 && bytes.length <= 64;
}

function problemOf(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${issue.message}`;
}
