import { expect, test } from 'vitest';
import { toConfig } from '../src/config.ts';
import { ConfigError } from '../src/errors.ts';

const at = { cwd: '/srv/baton', terminal: false };

function problems(env: Record<string, string>): string[] {
  try {
    toConfig(env, at);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('an empty environment is offline, embedded and on loopback', () => {
  expect(toConfig({}, at)).toEqual({
    http: {
      host: '127.0.0.1',
      port: 3000,
      maxStreams: 2_000,
      corsOrigins: [],
      trustedProxies: { hops: 0 },
      proxyHeader: 'x-forwarded-for',
    },
    database: { dataDir: '/srv/baton/.baton', pool: 10, statementTimeoutMs: 15_000, statementCache: 200 },
    bus: {},
    models: {
      roles: {
        fast: { provider: 'offline', model: 'offline' },
        careful: { provider: 'offline', model: 'offline' },
      },
      embed: { provider: 'local', model: 'local' },
      openai: {},
      fallbacks: { fast: [], careful: [] },
      allow: [],
      timeoutMs: 60_000,
      retries: 2,
      maxTokens: 8_192,
    },
    retention: { logDays: 7, eventDays: 30 },
    role: 'both',
    runs: { concurrency: 200, drainSeconds: 10, maxWaiting: 1000 },
    webhooks: { allow: [] },
    secrets: { keys: [] },
    auth: { tokenMinutes: 1_440 },
    users: {
      sessionIdleMinutes: 720,
      sessionMaxMinutes: 20_160,
      accessTokenMinutes: 15,
      loginAttempts: 10,
      lockMinutes: 15,
    },
    mail: { from: 'baton@localhost.localdomain' },
    knowledge: {
      chunkTokens: 400,
      concurrency: 2,
      fetchAllow: [],
      maxDocumentBytes: 52_428_800,
      overlapTokens: 40,
    },
    evals: { sample: 0, judges: 1, days: 90 },
    limits: {},
    audit: { keys: [], days: 400 },
    log: { level: 'info', pretty: false },
    projectDir: '/srv/baton',
  });
});

test('shares of turns that are scored go from none to all', () => {
  const { evals } = toConfig({ BATON_EVAL_SAMPLE: '0.05', BATON_EVAL_JUDGES: '0', BATON_EVAL_DAYS: '7' }, at);
  expect(evals).toEqual({ sample: 0.05, judges: 0, days: 7 });
  expect(problems({ BATON_EVAL_SAMPLE: '5%', BATON_EVAL_JUDGES: '1.1', BATON_EVAL_DAYS: '0' })).toEqual([
    'BATON_EVAL_SAMPLE: expected a share from 0 to 1',
    'BATON_EVAL_JUDGES: expected a share from 0 to 1',
    'BATON_EVAL_DAYS: expected a whole number from 1 to 3650',
  ]);
});

test('a key turns the roles to OpenAI, and each may be set by itself', () => {
  const { models } = toConfig(
    {
      OPENAI_API_KEY: 'k',
      BATON_MODEL_FAST: 'offline',
      BATON_MODEL_CAREFUL: 'anthropic:claude-sonnet-4-5',
      BATON_MODEL_EMBED: 'nomic-embed-text',
    },
    at,
  );
  expect(models.roles.fast).toEqual({ provider: 'offline', model: 'offline' });
  expect(models.roles.careful).toEqual({ provider: 'anthropic', model: 'claude-sonnet-4-5' });
  expect(models.embed).toEqual({ provider: 'openai', model: 'nomic-embed-text' });
});

test('a base URL alone is enough for servers that want no key', () => {
  const { models } = toConfig(
    { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1', BATON_MODEL_FAST: 'openai:llama3.2:3b' },
    at,
  );
  expect(models.roles.fast).toEqual({ provider: 'openai', model: 'llama3.2:3b' });
});

test('an empty variable counts as not set', () => {
  expect(toConfig({ PORT: '', DATABASE_URL: ' ' }, at).http.port).toBe(3000);
});

test('all that is wrong is said at once', () => {
  const found = problems({
    PORT: '99999',
    LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://h/d',
    OPENAI_BASE_URL: 'example.org',
  });
  expect(found.map((problem) => problem.split(':')[0]).sort()).toEqual([
    'DATABASE_URL',
    'LOG_LEVEL',
    'OPENAI_BASE_URL',
    'PORT',
  ]);
});

test('many keys turn the roles to OpenAI too, and roles have models that stand in', () => {
  const { models } = toConfig(
    {
      OPENAI_API_KEYS: 'a, b',
      BATON_MODEL_FAST_FALLBACKS: 'xai:grok-4, offline',
      BATON_MODEL_ALLOW: '10.0.0.0/8',
    },
    at,
  );
  expect(models.roles.fast).toEqual({ provider: 'openai', model: 'gpt-4.1-mini' });
  expect(models).toMatchObject({
    openai: { apiKeys: ['a', 'b'] },
    fallbacks: {
      fast: [
        { provider: 'xai', model: 'grok-4' },
        { provider: 'offline', model: 'offline' },
      ],
      careful: [],
    },
    allow: ['10.0.0.0/8'],
  });
});

test('webhooks are signed with a secret of the standard form, and reach what is named', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const env = { BATON_WEBHOOK_SECRET: secret, BATON_WEBHOOK_ALLOW: 'hooks.internal, 10.0.0.0/8,fd00::1' };
  expect(toConfig(env, at).webhooks).toEqual({ secret, allow: ['hooks.internal', '10.0.0.0/8', 'fd00::1'] });
  expect(problems({ BATON_WEBHOOK_SECRET: 'hunter2', BATON_WEBHOOK_ALLOW: '10.0.0.0/99' })).toEqual([
    expect.stringContaining('BATON_WEBHOOK_SECRET: expected whsec_'),
    expect.stringContaining('BATON_WEBHOOK_ALLOW.0: expected a host'),
  ]);
});

test('Redis is named by its URL', () => {
  expect(toConfig({ REDIS_URL: 'rediss://:secret@cache:6380/2' }, at).bus).toEqual({
    redisUrl: 'rediss://:secret@cache:6380/2',
  });
  expect(problems({ REDIS_URL: 'cache:6379' })).toEqual([
    'REDIS_URL: expected a URL that begins with redis:// or rediss://',
  ]);
});

test('threads are kept for ever unless a time is set, and then what goes is said too', () => {
  expect(toConfig({}, at).retention).toEqual({ logDays: 7, eventDays: 30 });
  const env = { BATON_THREAD_TTL_MINUTES: '1440', BATON_LOG_DAYS: '0', BATON_EVENT_DAYS: '2' };
  expect(toConfig(env, at).retention).toEqual({
    ttl: { minutes: 1440, strategy: 'delete' },
    logDays: 0,
    eventDays: 2,
  });
  const kept = { ...env, BATON_THREAD_TTL_STRATEGY: 'keep_latest' };
  expect(toConfig(kept, at).retention.ttl).toEqual({ minutes: 1440, strategy: 'keep_latest' });
  expect(problems({ BATON_THREAD_TTL_MINUTES: '0', BATON_THREAD_TTL_STRATEGY: 'burn' })).toEqual([
    'BATON_THREAD_TTL_MINUTES: expected a whole number from 1 to 5256000',
    'BATON_THREAD_TTL_STRATEGY: expected delete or keep_latest',
  ]);
});

test('origins are what browsers write, and nothing that only looks like one', () => {
  const env = {
    BATON_PUBLIC_URL: 'https://baton.example.com/',
    BATON_CORS_ORIGINS: 'https://a.example, http://localhost:5173',
  };
  const { publicUrl, corsOrigins } = toConfig(env, at).http;
  expect(publicUrl).toBe('https://baton.example.com');
  expect(corsOrigins).toEqual(['https://a.example', 'http://localhost:5173']);
  for (const wrong of [
    '*',
    'https://*.example.com',
    'null',
    'baton.example.com',
    'https://a.example/x',
    'HTTPS://A.example',
    'https://a.example:443',
    'https://u:p@a.example',
  ]) {
    expect(problems({ BATON_CORS_ORIGINS: wrong }), wrong).toHaveLength(1);
  }
});

test('a mail server is named with the address that mails come from', () => {
  expect(toConfig({}, at).mail).toEqual({ from: 'baton@localhost.localdomain' });
  const env = {
    BATON_SMTP_URL: 'smtps://u:p@mail.example.com',
    BATON_MAIL_FROM: 'baton@example.com',
    BATON_SMTP_TLS: 'off',
  };
  expect(toConfig(env, at).mail).toEqual({
    smtpUrl: env.BATON_SMTP_URL,
    smtpTls: 'off',
    from: 'baton@example.com',
  });
  expect(problems({ BATON_SMTP_URL: env.BATON_SMTP_URL })).toEqual([
    'BATON_MAIL_FROM: expected the address that mails come from, since BATON_SMTP_URL is set',
  ]);
  expect(problems({ BATON_SMTP_URL: 'mail.example.com', BATON_MAIL_FROM: 'Baton' })).toHaveLength(2);
});

test('keys of the audit are parted by commas, and long enough not to be guessed', () => {
  const [current, before] = ['a'.repeat(44), 'b'.repeat(44)];
  const { audit } = toConfig({ BATON_AUDIT_KEY: `${current}, ${before}`, BATON_AUDIT_DAYS: '90' }, at);
  expect(audit).toEqual({ keys: [current, before], days: 90 });
  expect(problems({ BATON_AUDIT_KEY: 'short' }).join()).toMatch(/32 characters or more/);
});

test('trusted proxies are a number of them, or their addresses and ranges', () => {
  const read = (value: string) => toConfig({ BATON_TRUSTED_PROXIES: value }, at).http.trustedProxies;
  expect(read('2')).toEqual({ hops: 2 });
  expect(read('10.0.0.0/8, fd00::/8,192.0.2.7')).toEqual({ ranges: ['10.0.0.0/8', 'fd00::/8', '192.0.2.7'] });
  for (const wrong of ['-1', '99', 'all', '10.0.0.0/33', 'proxy.internal', '10.0.0.1,'])
    expect(problems({ BATON_TRUSTED_PROXIES: wrong })).toEqual([
      'BATON_TRUSTED_PROXIES: expected how many proxies there are, or their addresses and ranges',
    ]);
});
