import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import type { Schema } from '../db/schema.ts';
import type { Logger } from '../log.ts';
import type { Caller } from '../tenancy.ts';
import { isAtOnce, type Kind, type Rule, type Thing } from './limit-rule.ts';
import type { Charge } from './limit-store.ts';
import { type MemoryStore, openMemoryStore } from './memory-store.ts';
import { type Limiter, openLimiter } from './open-limiter.ts';
import { type KnownOverrides, knowOverrides, rulesWith } from './overrides.ts';
import { readRules, usualRules } from './read-rules.ts';

/** What is asked, by whom. */
export interface Asked {
  things: readonly Thing[];
  address?: string | undefined;
  caller?: Caller | undefined;
  /** The graphs whose turns are asked for, one a turn; turns cost as much as there are of them. */
  graphs?: readonly string[];
}

/** Whose limits hold: nobody's, where there is no tenant. */
export interface Whose {
  tenant?: string | undefined;
  caller?: Caller | undefined;
}

/** A charge, and the limit that it is counted against. */
export interface LimitedCharge extends Charge {
  rule: Rule;
}

/** The limits of a service, and where they are counted. */
export interface Limits {
  /** The limits of whom no others hold for. */
  rules(): Promise<Rule[]>;
  limiter: Limiter;
  /** What this process alone counts of addresses, before it is known who asks. */
  guard: MemoryStore;
  overrides: KnownOverrides;
  /** What has to be counted for what is asked. */
  chargesFor(asked: Asked): Promise<LimitedCharge[]>;
  /** How much of a thing there may be at once for each of a kind; absent: any. */
  mostAtOnce(thing: Thing, kind: Kind, whose: Whose): Promise<number | undefined>;
  /** Hears the name of every limit that refused something. */
  refused(name: string): void;
  close(): void;
}

export interface LimitsOptions {
  config: Pick<Config, 'http' | 'runs' | 'bus' | 'limits'>;
  db: Kysely<Schema>;
  log: Logger;
  /** Whether callers say who they are: while they do not, there are no limits but those that are asked for. */
  known: () => Promise<boolean>;
  refused?: (name: string) => void;
}

/** Reads the limits and opens where they are counted. Throws a `ConfigError` when they cannot be read. */
export async function openLimits({
  config,
  db,
  log,
  known,
  refused = () => undefined,
}: LimitsOptions): Promise<Limits> {
  const { maxStreams } = config.http;
  const { maxWaiting } = config.runs;
  const asked = readRules(config.limits.rules, []);
  const usual = readRules(config.limits.rules, usualRules({ maxStreams, maxWaiting }));
  const rules = async () => ((await known().catch(() => true)) ? usual : asked);
  const overrides = knowOverrides(db);
  const limiter = await openLimiter({ db, redisUrl: config.bus.redisUrl, log });

  async function rulesFor({ caller, tenant = caller?.tenant }: Whose): Promise<Rule[]> {
    if (tenant === undefined) return rules();
    return rulesWith(await rules(), await overrides.of(tenant), caller && keyOf(caller));
  }

  return {
    rules,
    limiter,
    guard: openMemoryStore(),
    overrides,
    refused,
    async chargesFor(asked) {
      const all = await rulesFor(asked);
      return all
        .filter(({ thing }) => asked.things.includes(thing))
        .flatMap((rule) => chargesOf(rule, asked));
    },
    async mostAtOnce(thing, kind, whose) {
      return (await rulesFor(whose)).find((rule) => rule.thing === thing && rule.kind === kind)?.quota;
    },
    close: () => limiter.close(),
  };
}

/** One charge for each whom the limit is counted to: several bots may be asked at once. */
function chargesOf(rule: Rule, asked: Asked): LimitedCharge[] {
  const { windowMs, quota, name } = rule;
  if (windowMs === undefined || isAtOnce(rule.thing)) return [];
  const costs = new Map<string, number>();
  const subjects =
    rule.kind === 'bot'
      ? (asked.graphs ?? []).map((graph) => (asked.caller ? `${asked.caller.tenant}/${graph}` : graph))
      : subjectsOf(rule.kind, asked);
  const each = rule.kind !== 'bot' && rule.thing === 'turns' ? (asked.graphs?.length ?? 1) : 1;
  for (const subject of subjects) costs.set(subject, (costs.get(subject) ?? 0) + each);
  return [...costs].map(([subject, cost]) => ({
    key: `${name}:${windowMs}:${hash('sha256', subject, 'base64url').slice(0, 22)}`,
    cost,
    quota,
    windowMs,
    rule,
  }));
}

/** Whom something is counted to, told apart from everybody else of the kind: nobody, where nothing of the kind asks. */
export function subjectsOf(kind: Kind, { address, caller }: Pick<Asked, 'address' | 'caller'>): string[] {
  if (kind === 'address') return address && address !== 'unknown' ? [address] : [];
  if (!caller) return [];
  if (kind === 'tenant') return [caller.tenant];
  const isKind = kind === 'key' ? caller.kind === 'key' : caller.kind === 'user' || caller.kind === 'token';
  return kind !== 'bot' && isKind ? [`${caller.tenant}/${caller.kind}/${caller.id}`] : [];
}

function keyOf(caller: Caller): string | undefined {
  return caller.kind === 'key' ? caller.id : undefined;
}
