import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { openLog } from '../src/log.ts';
import { redact } from '../src/redact.ts';
import { growthOf, mostGrowth } from './support/growth.ts';

const canary = 'CaNaRy0123456789abcdefghijklmnopqrstuvwxyz';
const uuid = '018f0000-0000-7000-8000-000000000000';

test.each([
  `Authorization: Bearer ${canary}`,
  `authorization: Basic ${canary}==`,
  `{"authorization":"Bearer ${canary}"}`,
  `Incorrect API key provided: sk-${canary}.`,
  `sk-proj-${canary}`,
  `key xai-${canary} is wrong`,
  `gsk_${canary}`,
  `AIza${canary}`,
  `whsec_${canary}`,
  `fetch https://user:${canary}@models.test/v1 failed`,
  `postgres://baton:${canary}@db/baton`,
  `https://${canary}@models.test`,
  `Cookie: __Host-baton=${canary}; theme=dark`,
  `set-cookie: baton=${canary}; Path=/`,
  `eyJhbGciOiJIUzI1NiJ9.${canary}.${canary}`,
  `acme.${uuid}.${canary}a`,
  `baton_0123456789abcdef_${canary}a`,
])('%s is not written', (text) => {
  expect(redact(text)).not.toContain('CaNaRy');
  expect(redact(text)).toContain('[redacted]');
});

test.each([
  'the role baton_tenant is missing',
  'baton_test_0123456789abcdef0123456789abcdef',
  'a task-oriented question, and basic understanding of bearer bonds',
  'GET https://models.test/v1/models?limit=1@2',
  `thread ${uuid}`,
  'openai:gpt-4.1-mini is asked too often (status 429).',
  '{"msg":"a cookie was set","cookies":3}',
])('%s stays as it is', (text) => {
  expect(redact(text)).toBe(text);
});

test('of our own keys the id stays', () => {
  expect(redact(`baton_0123456789abcdef_${canary}a`)).toBe('baton_0123456789abcdef_[redacted]');
});

test('a hundred thousand characters of anything take no longer to read than they are long', async () => {
  for (const piece of ['a', 'a.', 'sk-', 'a://', 'cookie', 'Bearer ', 'eyJ', 'baton_', '0-', ' =:']) {
    const read = (length: number) => redact(piece.repeat(length / piece.length));
    expect(await growthOf(read, 100_000), piece).toBeLessThan(mostGrowth);
  }
}, 60_000);

test('lines of the log have no credentials, wherever they stand, and stay JSON', () => {
  const lines: string[] = [];
  const log = openLog(
    'info',
    false,
    new Writable({ write: (line, _, done) => done(void lines.push(`${line}`)) }),
  );
  const inner = new Error(`connect to https://u:${canary}@host failed`);
  const err = Object.assign(new Error(`401 Incorrect API key: sk-${canary}`, { cause: inner }), {
    error: { message: `"sk-${canary}"` },
  });
  log.warn({ err }, 'failed');
  log.warn({ headers: { authorization: canary, cookie: canary }, a: { b: { secret: canary } } }, 'seen');
  log.child({ request: `Bearer ${canary}` }).error(`Cookie: a=${canary}`);
  for (const line of lines) {
    expect(line).not.toContain('CaNaRy');
    expect(() => JSON.parse(line)).not.toThrow();
  }
  expect(lines).toHaveLength(3);
});
