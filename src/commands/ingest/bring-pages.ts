import path from 'node:path';
import { crawl } from '../../knowledge/crawl/crawl.ts';
import type { CrawlOptions, PageReport } from '../../knowledge/crawl/crawl-options.ts';
import type { GivenDocument } from './target.ts';

export type PagesOptions = Pick<
  CrawlOptions,
  | 'maxDepth'
  | 'maxPages'
  | 'sameSite'
  | 'sitemap'
  | 'allow'
  | 'maxBytes'
  | 'signal'
  | 'findLinks'
  | 'resolve'
  | 'delayMs'
>;

export interface PagesHearer {
  /** Why a page is not brought. */
  failed(url: string, why: string): void;
  skipped(url: string, why: string): void;
}

/** The pages of a site, each a document that is called as its address. */
export async function* bringPages(
  url: string,
  options: PagesOptions,
  hear: PagesHearer,
): AsyncGenerator<GivenDocument> {
  const onPage = (report: PageReport) => tell(report, hear);
  for await (const page of crawl(url, { ...options, onPage })) {
    const name = path.posix.basename(new URL(page.url).pathname);
    yield {
      key: page.url,
      name: name || new URL(page.url).hostname,
      url: page.url,
      contentType: page.contentType,
      open: () => page.bytes,
    };
  }
}

/** The same page under another address is no news. */
function tell({ url, outcome, reason = '' }: PageReport, hear: PagesHearer): void {
  if (outcome === 'failed') hear.failed(url, reason);
  else if (outcome === 'disallowed') hear.skipped(url, 'forbidden by robots.txt');
  else if (outcome === 'too-large') hear.failed(url, reason);
  else if (outcome === 'unwanted-type') hear.skipped(url, 'not read');
  else if (outcome === 'not-indexed') hear.skipped(url, 'asks not to be indexed');
}
