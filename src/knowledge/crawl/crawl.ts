import type { CrawledPage, CrawlOptions } from './crawl-options.ts';
import { openWalk } from './walk.ts';

/**
 * Walks a site from its start, nearest pages first, and gives each page that is text or a document once. Keeps to robots.txt, `nofollow` and
 * `noindex`, waits between requests, and follows links and redirects only to public addresses.
 *
 * Ends when there is no more, or as much as the options permit. Throws the signal's reason, and a `TypeError` for a start that is no
 * URL; a page that fails is only reported.
 */
export async function* crawl(startUrl: string, options: CrawlOptions): AsyncGenerator<CrawledPage> {
  const { maxPages = 100, maxSeconds = 3600 } = options;
  const deadline = performance.now() + maxSeconds * 1000;
  const walk = openWalk(startUrl, options);
  let given = 0;
  if (options.sitemap) await walk.addSitemaps();
  for (let next = walk.next(); next; next = walk.next()) {
    if (given >= maxPages || performance.now() > deadline) return;
    const page = await walk.visit(next);
    if (!page) continue;
    given += 1;
    yield page;
  }
}
