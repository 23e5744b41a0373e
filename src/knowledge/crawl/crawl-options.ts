import type { GuardedRequest } from '../../outbound/guarded-fetch.ts';
import type { Links } from './find-links.ts';

export interface CrawlOptions {
  /** How many pages are given; 100 when it is not said. */
  maxPages?: number;
  /** How many links from the start a page may be away; 3 when it is not said, and 0 is the start alone. */
  maxDepth?: number;
  /** Only pages of the start's site are asked for; so it is when it is not said. */
  sameSite?: boolean;
  /** Between two requests to a site, in milliseconds; the site may ask for more, up to `maxDelayMs`. 500 when it is not said. */
  delayMs?: number;
  maxDelayMs?: number;
  /** Of a page; what is longer is left out. 20 MiB when it is not said. */
  maxBytes?: number;
  /** Of a request, in milliseconds; 20,000 when it is not said. */
  timeoutMs?: number;
  /** Of all of it, in seconds; 3,600 when it is not said. */
  maxSeconds?: number;
  /** Begins with the pages that the site's sitemaps list, too. */
  sitemap?: boolean;
  userAgent?: string;
  allow?: readonly string[];
  resolve?: GuardedRequest['resolve'];
  signal?: AbortSignal;
  /** Finds the links of a page; `openReaders` has one that nobody waits for. */
  findLinks(
    bytes: Uint8Array,
    url: string,
    options: { contentType: string; signal?: AbortSignal },
  ): Promise<Links>;
  /** Hears of every address that was asked for, or might have been. */
  onPage?(report: PageReport): void;
}

/** A page as it came. */
export interface CrawledPage {
  /** Where it is, after redirects and by its own word. */
  url: string;
  depth: number;
  contentType: string;
  bytes: Buffer;
}

export interface PageReport {
  url: string;
  depth: number;
  outcome: 'taken' | 'disallowed' | 'failed' | 'too-large' | 'unwanted-type' | 'duplicate' | 'not-indexed';
  /** For people. */
  reason?: string;
}
