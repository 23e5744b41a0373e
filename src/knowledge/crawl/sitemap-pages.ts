/** The pages that sitemaps list, and those that they refer to; `read` gives what one lists. */
export async function sitemapPages(
  sitemaps: string[],
  read: (url: string) => Promise<string[]>,
): Promise<string[]> {
  const waiting = [...sitemaps];
  const pages: string[] = [];
  for (let done = 0; done < most && waiting.length > 0; done++) {
    const listed = await read(waiting.shift() ?? '');
    waiting.push(...listed.filter(isSitemap));
    pages.push(...listed.filter((url) => !isSitemap(url)));
  }
  return pages;
}

/** Sitemaps may refer to one another in a circle. */
const most = 20;

function isSitemap(url: string): boolean {
  return new URL(url).pathname.endsWith('.xml');
}
