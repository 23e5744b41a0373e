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
    http: { host: '127.0.0.1', port: 3000, maxStreams: 2_000 },
    database: { dataDir: '/srv/baton/.baton', pool: 10, statementTimeoutMs: 15_000 },
    bus: {},
    models: {
      roles: {
        fast: { provider: 'offline', model: 'offline' },
        careful: { provider: 'offline', model: 'offline' },
      },
      embed: { provider: 'local', model: 'local' },
      openai: {},
      timeoutMs: 60_000,
      retries: 2,
    },
    retention: { logDays: 7 },
    role: 'both',
    runs: { concurrency: 200, drainSeconds: 10, maxWaiting: 1000 },
    webhooks: { allow: [] },
    log: { level: 'info', pretty: false },
    projectDir: '/srv/baton',
  });
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

test('a model of OpenAI that cannot be reached is named', () => {
  expect(problems({ BATON_MODEL_CAREFUL: 'gpt-4.1' })).toEqual([
    'BATON_MODEL_CAREFUL names a model of OpenAI, and neither OPENAI_API_KEY nor OPENAI_BASE_URL is set',
  ]);
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
  expect(toConfig({}, at).retention).toEqual({ logDays: 7 });
  const env = { BATON_THREAD_TTL_MINUTES: '1440', BATON_LOG_DAYS: '0' };
  expect(toConfig(env, at).retention).toEqual({ ttl: { minutes: 1440, strategy: 'delete' }, logDays: 0 });
  const kept = { ...env, BATON_THREAD_TTL_STRATEGY: 'keep_latest' };
  expect(toConfig(kept, at).retention.ttl).toEqual({ minutes: 1440, strategy: 'keep_latest' });
  expect(problems({ BATON_THREAD_TTL_MINUTES: '0', BATON_THREAD_TTL_STRATEGY: 'burn' })).toEqual([
    'BATON_THREAD_TTL_MINUTES: expected a whole number from 1 to 5256000',
    'BATON_THREAD_TTL_STRATEGY: expected delete or keep_latest',
  ]);
});
