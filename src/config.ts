import { createSecretKey, type KeyObject } from 'node:crypto';
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

/** A key that secrets are sealed under, and the id that stands with what it sealed. */
export interface SecretKey {
  id: string;
  /** 32 bytes. */
  key: KeyObject;
}

export interface Config {
  http: {
    host: string;
    port: number;
    /** Streams and sockets that this process holds open at once; more are refused. */
    maxStreams: number;
    /** Where clients find the service: an origin such as `https://baton.example.com`; absent: where it listens. */
    publicUrl?: string;
    /** Origins whose pages browsers may let ask, and send cookies along. */
    corsOrigins: string[];
    /** Whom requests come from is believed of these proxies alone, and read in this header alone. */
    trustedProxies: { hops: number } | { ranges: readonly string[] };
    proxyHeader: 'x-forwarded-for' | 'forwarded';
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
    openai: { apiKey?: string; apiKeys?: string[]; baseUrl?: string };
    /** Models to be asked, in order, when the one of the role gives no reply. */
    fallbacks: Record<'fast' | 'careful', ModelName[]>;
    /** Hosts, addresses and ranges that base URLs of stored keys of the service may lead to beside public ones. */
    allow: string[];
    /** How long one request to a provider may take, and how often it is tried again. */
    timeoutMs: number;
    retries: number;
    /** The most tokens that one reply may have while a budget holds, where the price of its model says nothing else. */
    maxTokens: number;
  };
  /** Whether this process answers clients, carries out runs, or both. */
  role: 'api' | 'worker' | 'both';
  runs: {
    /** Runs that this process carries out at once. */
    concurrency: number;
    /** Runs of one tenant that are carried out at once, in the whole service; absent: as many as there is room for. */
    perTenant?: number;
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
  auth: {
    /** Whether callers must say who they are; absent: see `isLocal`. */
    mode?: 'required' | 'local';
    /** What the service signs its own tokens with, with HS256: 32 bytes or more. */
    signingKey?: string;
    /** How long its tokens are valid, where nothing else is asked. */
    tokenMinutes: number;
    /** Keys of those who sign tokens elsewhere, and issuers: a JSON list, or the file that holds it. */
    jwtKeys?: string;
    oidc?: string;
    /** What `/metrics` may be asked with instead of an operator's key. */
    metricsToken?: string;
  };
  users: {
    /** How long a session lives without being used, and how long at most. */
    sessionIdleMinutes: number;
    sessionMaxMinutes: number;
    /** How long an access token lives that came with a refresh token. */
    accessTokenMinutes: number;
    /** After how many failed log-ins in a row an account is locked, and for how long. */
    loginAttempts: number;
    lockMinutes: number;
  };
  /** How users are written to; without a server each mail becomes a file in the data folder. */
  mail: { smtpUrl?: string; smtpTls?: 'required' | 'off'; from: string };
  /** The first seals, and all open. */
  secrets: { keys: SecretKey[] };
  /** Limits as they are written: see `readRules`. Absent: the usual ones. */
  limits: { rules?: string };
  audit: {
    /** What rows of the audit are sealed with: the first seals, and all verify. Without any they are hashed only. */
    keys: string[];
    /** How many days they stay. */
    days: number;
  };
  log: { level: string; pretty: boolean };
  /** The folder that holds `agents/`, `graphs/` and `tools/`. */
  projectDir: string;
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const text = z.string().trim().min(1);
export const modelNamePattern = /^(offline|local|[\w.-]+:\S+|[\w./-]+)$/;
const modelName = text.regex(modelNamePattern, 'expected provider:model, such as openai:gpt-4.1-mini');

const host = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.hostname()],
  'expected a host, an address or a range such as 10.0.0.0/8',
);

const hopCount = z
  .string()
  .trim()
  .regex(/^\d$/)
  .transform((digit) => ({ hops: Number(digit) }));
const ranges = text
  .transform((list) => list.split(',').map((entry) => entry.trim()))
  .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])))
  .transform((list) => ({ ranges: list }));

/** As browsers write one: a scheme, a host and a port that is not the scheme's own, and nothing after it. */
const origin = z
  .url({ protocol: /^https?$/, error: 'expected an origin such as https://baton.example.com' })
  .transform((url) => url.replace(/\/$/, ''))
  .refine(
    (url) => new URL(url).origin === url && !url.includes('*'),
    'expected an origin such as https://baton.example.com',
  );

const auditKey = text.min(32, 'expected 32 characters or more: openssl rand -base64 32');

/** One entry a variable; an empty variable counts as not set. */
const variables = z.object({
  OPENAI_API_KEY: text.optional(),
  OPENAI_API_KEYS: parted(text).optional(),
  OPENAI_BASE_URL: z
    .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
    .refine((url) => !URL.parse(url)?.username, 'expected a URL without a user and a password')
    .optional(),
  BATON_MODEL_FAST: modelName.optional(),
  BATON_MODEL_CAREFUL: modelName.optional(),
  BATON_MODEL_EMBED: modelName.optional(),
  BATON_MODEL_FAST_FALLBACKS: parted(modelName).default([]),
  BATON_MODEL_CAREFUL_FALLBACKS: parted(modelName).default([]),
  BATON_MODEL_ALLOW: parted(host).default([]),
  BATON_SECRET_KEYS: text.transform(readSecretKeys).default([]),
  BATON_MODEL_TIMEOUT_MS: whole(100, 600_000).default(60_000),
  BATON_MODEL_RETRIES: whole(0, 10).default(2),
  BATON_BUDGET_REPLY_TOKENS: whole(16, 1_000_000).default(8_192),
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
  BATON_RUNS_PER_TENANT: whole(1, 10_000).optional(),
  BATON_MAX_WAITING: whole(1, 1_000_000).default(1_000),
  BATON_DRAIN_SECONDS: whole(0, 3_600).default(10),
  BATON_THREAD_TTL_MINUTES: whole(1, 5_256_000).optional(),
  BATON_THREAD_TTL_STRATEGY: z
    .enum(['delete', 'keep_latest'], 'expected delete or keep_latest')
    .default('delete'),
  BATON_LOG_DAYS: whole(0, 3_650).default(7),
  BATON_MAX_STREAMS: whole(1, 100_000).default(2_000),
  BATON_LIMITS: text.optional(),
  BATON_TRUSTED_PROXIES: z
    .union([hopCount, ranges], 'expected how many proxies there are, or their addresses and ranges')
    .default({ hops: 0 }),
  BATON_PROXY_HEADER: z
    .enum(['x-forwarded-for', 'forwarded'], 'expected x-forwarded-for or forwarded')
    .default('x-forwarded-for'),
  BATON_AUTH: z.enum(['required', 'local'], 'expected required or local').optional(),
  BATON_AUTH_SECRET: text
    .refine((secret) => Buffer.byteLength(secret) >= 32, 'expected 32 bytes or more: openssl rand -base64 32')
    .optional(),
  BATON_TOKEN_MINUTES: whole(1, 525_600).default(1_440),
  BATON_JWT_KEYS: text.optional(),
  BATON_OIDC: text.optional(),
  BATON_METRICS_TOKEN: text.min(16, 'expected 16 characters or more: openssl rand -hex 16').optional(),
  BATON_PUBLIC_URL: origin.optional(),
  BATON_CORS_ORIGINS: text
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .pipe(z.array(origin, 'expected origins such as https://app.example.com, parted by commas'))
    .default([]),
  BATON_SESSION_IDLE_MINUTES: whole(5, 525_600).default(720),
  BATON_SESSION_MAX_MINUTES: whole(5, 525_600).default(20_160),
  BATON_ACCESS_TOKEN_MINUTES: whole(1, 1_440).default(15),
  BATON_LOGIN_ATTEMPTS: whole(3, 1_000).default(10),
  BATON_LOGIN_LOCK_MINUTES: whole(1, 1_440).default(15),
  BATON_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'expected a URL that begins with smtp:// or smtps://' })
    .optional(),
  BATON_SMTP_TLS: z.enum(['required', 'off'], 'expected required or off').optional(),
  BATON_MAIL_FROM: z.email('expected an address such as baton@example.com').optional(),
  BATON_AUDIT_KEY: parted(auditKey).default([]),
  BATON_AUDIT_DAYS: whole(1, 36_500).default(400),
  PORT: whole(0, 65_535).default(3000),
  HOST: text.default('127.0.0.1'),
  LOG_LEVEL: z.enum(levels, `expected one of ${levels.join(', ')}`).default('info'),
});

/** Reads the process's environment, once, at start. Throws a `ConfigError` that lists all that is wrong. */
export function readConfig(): Config {
  return toConfig(process.env, { cwd: process.cwd(), terminal: process.stderr.isTTY === true });
}

/** A variable that a file names instead of a secret. Undefined where it is not set, or empty. */
export function readVariable(name: string): string | undefined {
  return process.env[name]?.trim() || undefined;
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
    http: {
      host: read.HOST,
      port: read.PORT,
      maxStreams: read.BATON_MAX_STREAMS,
      ...(read.BATON_PUBLIC_URL && { publicUrl: read.BATON_PUBLIC_URL }),
      corsOrigins: read.BATON_CORS_ORIGINS,
      trustedProxies: read.BATON_TRUSTED_PROXIES,
      proxyHeader: read.BATON_PROXY_HEADER,
    },
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
        ...(read.OPENAI_API_KEYS && { apiKeys: read.OPENAI_API_KEYS }),
        ...(read.OPENAI_BASE_URL && { baseUrl: read.OPENAI_BASE_URL }),
      },
      fallbacks: {
        fast: read.BATON_MODEL_FAST_FALLBACKS.map(parseModelName),
        careful: read.BATON_MODEL_CAREFUL_FALLBACKS.map(parseModelName),
      },
      allow: read.BATON_MODEL_ALLOW,
      timeoutMs: read.BATON_MODEL_TIMEOUT_MS,
      retries: read.BATON_MODEL_RETRIES,
      maxTokens: read.BATON_BUDGET_REPLY_TOKENS,
    },
    role: read.BATON_ROLE,
    runs: {
      concurrency: read.BATON_RUN_CONCURRENCY,
      ...(read.BATON_RUNS_PER_TENANT !== undefined && { perTenant: read.BATON_RUNS_PER_TENANT }),
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
    auth: {
      ...(read.BATON_AUTH && { mode: read.BATON_AUTH }),
      ...(read.BATON_AUTH_SECRET && { signingKey: read.BATON_AUTH_SECRET }),
      tokenMinutes: read.BATON_TOKEN_MINUTES,
      ...(read.BATON_JWT_KEYS && { jwtKeys: read.BATON_JWT_KEYS }),
      ...(read.BATON_OIDC && { oidc: read.BATON_OIDC }),
      ...(read.BATON_METRICS_TOKEN && { metricsToken: read.BATON_METRICS_TOKEN }),
    },
    users: {
      sessionIdleMinutes: read.BATON_SESSION_IDLE_MINUTES,
      sessionMaxMinutes: read.BATON_SESSION_MAX_MINUTES,
      accessTokenMinutes: read.BATON_ACCESS_TOKEN_MINUTES,
      loginAttempts: read.BATON_LOGIN_ATTEMPTS,
      lockMinutes: read.BATON_LOGIN_LOCK_MINUTES,
    },
    mail: mailOf(read),
    secrets: { keys: read.BATON_SECRET_KEYS },
    limits: { ...(read.BATON_LIMITS && { rules: read.BATON_LIMITS }) },
    audit: { keys: read.BATON_AUDIT_KEY, days: read.BATON_AUDIT_DAYS },
    log: { level: read.LOG_LEVEL, pretty: terminal },
    projectDir: cwd,
  };
}

type Variables = z.infer<typeof variables>;

/** OpenAI's models where it can be reached, the offline ones where not; each role may be set by itself. */
function modelsOf(read: Variables): Pick<Config['models'], 'roles' | 'embed'> {
  const reachable = Boolean(read.OPENAI_API_KEY ?? read.OPENAI_API_KEYS ?? read.OPENAI_BASE_URL);
  return {
    roles: {
      fast: parseModelName(read.BATON_MODEL_FAST ?? (reachable ? 'openai:gpt-4.1-mini' : 'offline')),
      careful: parseModelName(read.BATON_MODEL_CAREFUL ?? (reachable ? 'openai:gpt-4.1' : 'offline')),
    },
    embed: parseModelName(read.BATON_MODEL_EMBED ?? (reachable ? 'openai:text-embedding-3-small' : 'local')),
  };
}

/** A server of others takes no mail from nowhere. */
function mailOf(read: Variables): Config['mail'] {
  if (read.BATON_SMTP_URL && !read.BATON_MAIL_FROM) {
    throw new ConfigError([
      'BATON_MAIL_FROM: expected the address that mails come from, since BATON_SMTP_URL is set',
    ]);
  }
  return {
    ...(read.BATON_SMTP_URL && { smtpUrl: read.BATON_SMTP_URL }),
    ...(read.BATON_SMTP_TLS && { smtpTls: read.BATON_SMTP_TLS }),
    from: read.BATON_MAIL_FROM ?? 'baton@localhost.localdomain',
  };
}

/** A name without a provider is one of OpenAI's wire. */
export function parseModelName(name: string): ModelName {
  if (name === 'offline' || name === 'local') return { provider: name, model: name };
  const colon = name.indexOf(':');
  if (colon < 0) return { provider: 'openai', model: name };
  return { provider: name.slice(0, colon), model: name.slice(colon + 1) };
}

function whole(least: number, most: number) {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int(error).min(least, error).max(most, error);
}

function parted<Entry extends z.ZodType<unknown, string>>(entry: Entry) {
  return text.transform((list) => list.split(',').map((one) => one.trim())).pipe(z.array(entry));
}

/** `id:base64`, parted by commas. What is wrong is told without the keys. */
function readSecretKeys(list: string, context: z.RefinementCtx): SecretKey[] {
  const keys = list.split(',').map((entry) => {
    const [, id = '', encoded = ''] = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)\s*$/.exec(entry) ?? [];
    return { id, bytes: Buffer.from(encoded, 'base64') };
  });
  const wrong = keys.some(({ id }) => !id) || new Set(keys.map(({ id }) => id)).size < keys.length;
  if (wrong) {
    const message =
      'expected id:key, parted by commas, each id once, each key 32 bytes: openssl rand -base64 32';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return keys.map(({ id, bytes }) => ({ id, key: createSecretKey(bytes) }));
}

function isWebhookSecret(secret: string): boolean {
  const encoded = secret.replace(/^whsec_/, '');
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && bytes.length >= 24 && bytes.length <= 64;
}

function problemOf(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${issue.message}`;
}
