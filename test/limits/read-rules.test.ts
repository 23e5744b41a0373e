import { expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { readAmount, ruleNames, writeAmount } from '../../src/limits/limit-rule.ts';
import { readChange, readRules, usualRules } from '../../src/limits/read-rules.ts';

const usual = usualRules({ maxStreams: 2_000, maxWaiting: 1_000 });
const written = (rules: typeof usual) => rules.map((rule) => `${rule.name}=${writeAmount(rule)}`);

test('a setting changes the limits that it names and leaves the others', () => {
  const rules = written(readRules('user=60/1m, turns.user=5/10s,address=off,', usual));
  expect(rules).toContain('user=60/1m');
  expect(rules).toContain('turns.user=5/10s');
  expect(rules).toContain('tenant=3000/1m');
  expect(rules.some((rule) => rule.startsWith('address='))).toBe(false);
});

test('off is no limit at all, and nothing said is the usual ones', () => {
  expect(readRules('off', usual)).toEqual([]);
  expect(readRules(undefined, usual)).toEqual(usual);
});

test('of what a process and its queue hold a tenant may have half', () => {
  expect(written(usual)).toEqual(expect.arrayContaining(['open.tenant=1000', 'waiting.tenant=500']));
});

test.for([
  ['1/1s', { quota: 1, windowMs: 1_000 }],
  ['600/m', { quota: 600, windowMs: 60_000 }],
  ['5/90s', { quota: 5, windowMs: 90_000 }],
  ['1000/24h', { quota: 1_000, windowMs: 86_400_000 }],
  ['1000/1d', { quota: 1_000, windowMs: 86_400_000 }],
] as const)('%s is an amount', ([text, amount]) => {
  expect(readAmount('requests', text)).toEqual(amount);
  expect(readAmount('requests', writeAmount(amount))).toEqual(amount);
});

test.for([
  '',
  '0/1m',
  '60',
  '60/',
  '60/0s',
  '60/1w',
  '-1/1m',
  '1.5/1m',
  '60/2d',
  '60/1m/1m',
  '9999999999/1m',
  '６0/1m',
])('%s is no amount', (text) => expect(readAmount('requests', text)).toBeUndefined());

test('what is counted at once has no time, and only that', () => {
  expect(readAmount('open', '20')).toEqual({ quota: 20 });
  expect(readAmount('waiting', '20/1m')).toBeUndefined();
});

test('every limit there is can be written, and nothing else', () => {
  for (const name of ruleNames()) expect(readChange(`${name}=off`)).toEqual({ name });
  for (const name of ['turns', 'logins.user', 'waiting.user', 'bots', 'turns.user.x', '', 'constructor'])
    expect(readChange(`${name}=off`)).toContain('there are address, key, user, tenant, turns.address');
});

test('all that is wrong with a setting is told at once', () => {
  const read = () => readRules('user=60,nobody=1/1m,turns.bot=5/1m,open.user=5/1m', usual);
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(
    /user=60: expected user=60\/1m.*there is no limit nobody.*expected open.user=60 or open.user=off/s,
  );
});
