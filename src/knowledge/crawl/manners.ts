import { setTimeout as wait } from 'node:timers/promises';
import type { Ask } from './ask.ts';
import { type SiteRules, siteRules } from './site-rules.ts';

/** How a site wants to be asked. */
export interface Manners {
  /** Whether an address may be asked for; resolves when it is time to. */
  mayAsk(url: string): Promise<boolean>;
  allows(url: string): Promise<boolean>;
  rulesOf(url: string): Promise<SiteRules>;
}

export interface MannersOptions {
  agent: string;
  delayMs: number;
  /** Whatever the site asks for. */
  maxDelayMs: number;
  signal: AbortSignal | undefined;
}

/** Keeps to the robots.txt of each site, and waits between requests to one. */
export function openManners({ agent, delayMs, maxDelayMs, signal }: MannersOptions, ask: Ask): Manners {
  const rules = new Map<string, Promise<SiteRules>>();
  const lastAsked = new Map<string, number>();

  function rulesOf(url: string): Promise<SiteRules> {
    const { origin } = new URL(url);
    const found = rules.get(origin) ?? siteRules(origin, agent, ask);
    rules.set(origin, found);
    return found;
  }

  async function allows(url: string): Promise<boolean> {
    return (await rulesOf(url)).allows(url);
  }

  return {
    rulesOf,
    allows,
    async mayAsk(url) {
      const { origin } = new URL(url);
      const asked = await rulesOf(url);
      if (!asked.allows(url)) return false;
      const pause = Math.min(Math.max(delayMs, asked.delayMs), Math.max(delayMs, maxDelayMs));
      const left = (lastAsked.get(origin) ?? Number.NEGATIVE_INFINITY) + pause - performance.now();
      if (left > 0)
        await wait(left, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
      lastAsked.set(origin, performance.now());
      return true;
    },
  };
}
