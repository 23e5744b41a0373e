import robotsModule from 'robots-parser';
import type { Ask } from './ask.ts';

/** What a site asks of robots (RFC 9309). */
export interface SiteRules {
  allows(url: string): boolean;
  /** Between two requests, in milliseconds. */
  delayMs: number;
  sitemaps: string[];
}

/**
 * Reads the robots.txt of a site: where there is none, all is allowed; where the site cannot say whether there is one (it is not reached, or
 * fails), nothing is. Rejects only with the signal's reason.
 */
export async function siteRules(origin: string, agent: string, ask: Ask): Promise<SiteRules> {
  const url = `${origin}/robots.txt`;
  const answer = await ask(url, robotsBytes, () => true);
  if (answer.outcome !== 'answered') return nothing;
  if (answer.status >= 500 || answer.status === 429) return nothing;
  if (answer.status !== 200) return everything;
  const robots = robotsParser(url, answer.body.toString('utf8'));
  return {
    allows: (address) => robots.isAllowed(address, agent) ?? true,
    delayMs: (robots.getCrawlDelay(agent) ?? 0) * 1000,
    sitemaps: robots.getSitemaps(),
  };
}

/** Its types speak of a module with a default export, and it is the function itself. */
const robotsParser = robotsModule as unknown as typeof robotsModule.default; // see above

/** As much as the specification says that robots should read. */
const robotsBytes = 512 * 1024;

const everything: SiteRules = { allows: () => true, delayMs: 0, sitemaps: [] };
const nothing: SiteRules = { allows: () => false, delayMs: 0, sitemaps: [] };
