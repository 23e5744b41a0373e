import { ConfigError } from '../errors.ts';
import { type Rule, readAmount, readName, ruleNames, writeAmount } from './limit-rule.ts';

/** One `name=amount` of a list; `amount` is `off` where there is to be no limit. */
export interface Change {
  name: string;
  /** Absent: off. */
  rule?: Rule;
}

/**
 * The limits that a setting asks for, in place of those of the same name among the usual ones; `off` alone asks for none at all.
 * Throws a `ConfigError` that lists what cannot be read.
 */
export function readRules(setting: string | undefined, usual: Rule[]): Rule[] {
  if (setting === undefined) return usual;
  if (setting.trim() === 'off') return [];
  const rules = new Map(usual.map((rule) => [rule.name, rule]));
  const problems: string[] = [];
  for (const entry of setting.split(',').filter((part) => part.trim())) {
    const change = readChange(entry.trim());
    if (typeof change === 'string') problems.push(`BATON_LIMITS: ${change}`);
    else if (change.rule) rules.set(change.name, change.rule);
    else rules.delete(change.name);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return [...rules.values()];
}

/** Reads `turns.user=60/1m` or `turns.user=off`; a text says what is wrong with it. */
export function readChange(entry: string): Change | string {
  const [left = '', right = '', ...rest] = entry.split('=').map((part) => part.trim());
  const named = readName(left);
  if (!named) return `there is no limit ${left}; there are ${ruleNames().join(', ')}`;
  if (right === 'off' && rest.length === 0) return { name: named.name };
  const amount = rest.length === 0 ? readAmount(named.thing, right) : undefined;
  if (amount) return { name: named.name, rule: { ...named, ...amount } };
  const example = writeAmount(
    named.thing === 'open' || named.thing === 'waiting' ? { quota: 60 } : { quota: 60, windowMs: 60_000 },
  );
  return `${entry}: expected ${named.name}=${example} or ${named.name}=off`;
}

/** Where callers say who they are. What a process and its queue hold, no tenant takes more than half of. */
export function usualRules({ maxStreams, maxWaiting }: { maxStreams: number; maxWaiting: number }): Rule[] {
  const usual = [
    'address=1200/1m',
    'key=600/1m',
    'user=300/1m',
    'tenant=3000/1m',
    'bot=1000/1m',
    'turns.key=240/1m',
    'turns.user=60/1m',
    'turns.tenant=600/1m',
    'logins.address=30/1m',
    'uploads.key=120/1m',
    'uploads.user=60/1m',
    'uploads.tenant=600/1m',
    'streams.key=300/1m',
    'streams.user=120/1m',
    'streams.tenant=1200/1m',
    `open.user=${Math.ceil(maxStreams / 20)}`,
    `open.key=${Math.ceil(maxStreams / 4)}`,
    `open.tenant=${Math.ceil(maxStreams / 2)}`,
    `waiting.tenant=${Math.ceil(maxWaiting / 2)}`,
  ];
  return readRules(usual.join(','), []);
}
