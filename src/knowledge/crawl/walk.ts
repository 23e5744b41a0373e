import { createHash } from 'node:crypto';
import { type Answered, guardedAsk } from './ask.ts';
import { canonicalUrl, isSameSite } from './canonical-url.ts';
import type { CrawledPage, CrawlOptions, PageReport } from './crawl-options.ts';
import { type Links, robotsWords } from './find-links.ts';
import { openFrontier, type Step } from './frontier.ts';
import { openManners } from './manners.ts';
import { sitemapPages } from './sitemap-pages.ts';

/** A walk over a site, step by step. */
export interface Walk {
  next(): Step | undefined;
  /** Asks for a page and finds where it leads; undefined when there is nothing to give. Rejects only with the signal's reason. */
  visit(step: Step): Promise<CrawledPage | undefined>;
  /** Adds the pages that sitemaps list. */
  addSitemaps(): Promise<void>;
}

export function openWalk(startUrl: string, options: CrawlOptions): Walk {
  const {
    sameSite = true,
    maxDepth = 3,
    maxBytes = 20 * 1024 * 1024,
    signal,
    userAgent = 'BatonBot/1.0',
  } = options;
  /** Where the start leads to, which may be another host. */
  let site: string | undefined;
  const isOfSite = (url: string) => !sameSite || site === undefined || isSameSite(url, site);
  const frontier = openFrontier(isOfSite);
  frontier.add([startUrl], 0);
  const ask = guardedAsk({
    ...options,
    userAgent,
    timeoutMs: options.timeoutMs ?? 20_000,
    signal,
  });
  const { delayMs = 500, maxDelayMs = 10_000 } = options;
  const manners = openManners({ agent: userAgent, delayMs, maxDelayMs, signal }, ask);
  const mayFollow = async (url: string) => isOfSite(url) && (await manners.allows(url));
  const given = new Set<string>();

  async function visit(step: Step): Promise<CrawledPage | undefined> {
    signal?.throwIfAborted();
    const report = (outcome: PageReport['outcome'], reason?: string): undefined => {
      options.onPage?.({ ...step, outcome, ...(reason ? { reason } : {}) });
    };
    if (!(await manners.mayAsk(step.url))) return report('disallowed', 'The robots.txt of the site says so.');
    const answer = await ask(step.url, maxBytes, mayFollow);
    if (answer.outcome === 'failed') return report('failed', answer.reason);
    site ??= answer.url;
    frontier.know(answer.url);
    const flaw = flawOf(answer);
    if (flaw) return report(...flaw);
    return take(step, answer, report);
  }

  async function take(step: Step, answer: Answered, report: (outcome: PageReport['outcome']) => undefined) {
    const { contentType, isFollowed, isKept, links, canonical } = await readAnswer(answer, options);
    if (isFollowed && step.depth < maxDepth) frontier.add(links, step.depth + 1);
    if (!isKept) return report('not-indexed');
    const url = canonicalUrl(canonical && isSameSite(canonical, answer.url) ? canonical : answer.url);
    const content = createHash('sha256').update(answer.body).digest('hex');
    if (given.has(url) || given.has(content)) return report('duplicate');
    given.add(url).add(content);
    frontier.know(url);
    report('taken');
    return { url, depth: step.depth, contentType, bytes: answer.body };
  }

  return {
    next: frontier.next,
    visit,
    async addSitemaps() {
      const { sitemaps } = await manners.rulesOf(startUrl);
      const read = (url: string) => readSitemap(url);
      frontier.add(
        await sitemapPages(sitemaps.length > 0 ? sitemaps : [new URL('/sitemap.xml', startUrl).href], read),
        1,
      );
    },
  };

  async function readSitemap(url: string): Promise<string[]> {
    if (!URL.canParse(url) || (sameSite && !isSameSite(url, startUrl)) || !(await manners.mayAsk(url)))
      return [];
    const answer = await ask(url, maxBytes, mayFollow);
    if (answer.outcome === 'failed' || answer.status !== 200) return [];
    return (await linksOf(answer, 'application/xml', options)).links;
  }
}

/** Why an answer is no page, if it is none. */
function flawOf({ status, headers, cut }: Answered): [PageReport['outcome'], string] | undefined {
  if (status !== 200) return ['failed', `It answers ${status}.`];
  if (cut) return ['too-large', 'It is longer than is permitted.'];
  const type = headers['content-type'] ?? '';
  return unwanted.test(type) ? ['unwanted-type', `It is ${type.slice(0, 100)}.`] : undefined;
}

const unwanted =
  /^\s*(image|audio|video|font|model)\/|^\s*(text\/css|(text|application)\/(x-)?(java|ecma)script)/i;

interface PageFacts extends Links {
  contentType: string;
  isFollowed: boolean;
  isKept: boolean;
}

async function readAnswer(answer: Answered, options: CrawlOptions): Promise<PageFacts> {
  const contentType = answer.headers['content-type'] ?? '';
  const asked = robotsWords(answer.headers['x-robots-tag'] ?? '');
  const isPage = contentType === '' || /html|xml/i.test(contentType);
  const found = isPage ? await linksOf(answer, contentType, options) : { links: [], noIndex: false };
  return {
    ...found,
    contentType,
    isFollowed: !asked.has('nofollow') && !asked.has('none'),
    isKept: !found.noIndex && !asked.has('noindex') && !asked.has('none'),
  };
}

/** A page that is an attack on whoever reads it leads nowhere. */
async function linksOf(
  { body, url }: Answered,
  contentType: string,
  { findLinks, signal }: CrawlOptions,
): Promise<Links> {
  try {
    return await findLinks(body, url, { contentType, ...(signal ? { signal } : {}) });
  } catch {
    signal?.throwIfAborted();
    return { links: [], noIndex: false };
  }
}
