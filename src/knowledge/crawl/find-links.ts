import { load } from 'cheerio';
import { type DecodedText, decodeText } from '../read/text/decode-text.ts';
import { refuseDepthOfText } from '../read/web/refuse-depth.ts';

/** What a page refers to, and what it asks of robots. */
export interface Links {
  /** Absolute addresses that may be followed, each once, in order. */
  links: string[];
  /** Where the page says that it really is. */
  canonical?: string;
  /** It asks not to be kept. */
  noIndex: boolean;
}

/** Finds the links of a page, or the addresses that a sitemap lists. Throws `corrupt` when its elements nest too deeply. */
export function findLinks(bytes: Buffer, url: string, options: { contentType?: string }): Links {
  const text = decodeText(bytes, charsetOf(options.contentType))?.text;
  if (text === undefined) return { links: [], noIndex: false };
  refuseDepthOfText(text, 2000);
  return /<(urlset|sitemapindex)\b/.test(text.slice(0, 2000))
    ? inSitemap(text, url)
    : inPage({ text, charset: '' }, url);
}

function inSitemap(text: string, url: string): Links {
  const xml = load(text, { xml: true });
  const found = xml('loc')
    .toArray()
    .map((loc) => xml(loc).text());
  return { links: distinct(found.map((address) => absolute(address, url))), noIndex: false };
}

function inPage({ text }: DecodedText, url: string): Links {
  const page = load(text, { xml: { xmlMode: false, decodeEntities: true } });
  const base = absolute(page('base[href]').first().attr('href') ?? '', url) ?? url;
  const asked = robotsWords(
    page('meta[name=robots i], meta[name=baton i]')
      .toArray()
      .map(({ attribs }) => attribs.content ?? '')
      .join(','),
  );
  const canonical = absolute(page('link[rel~=canonical i]').first().attr('href'), base);
  const anchors = asked.has('nofollow') || asked.has('none') ? [] : page('a[href], area[href]').toArray();
  const followed = anchors.filter(
    ({ attribs }) =>
      !/\b(nofollow|ugc|sponsored)\b/i.test(attribs.rel ?? '') && attribs.download === undefined,
  );
  return {
    links: distinct(followed.map(({ attribs }) => absolute(attribs.href, base))),
    ...(canonical ? { canonical } : {}),
    noIndex: asked.has('noindex') || asked.has('none'),
  };
}

/** The words of a robots tag or header. */
export function robotsWords(text: string): Set<string> {
  return new Set(text.toLowerCase().split(/[\s,;:]+/));
}

function absolute(address: string | undefined, base: string): string | undefined {
  const trimmed = address?.trim();
  if (!trimmed || trimmed.length > 2000 || !URL.canParse(trimmed, base)) return undefined;
  const url = new URL(trimmed, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}

function distinct(addresses: (string | undefined)[]): string[] {
  return [...new Set(addresses.filter((address) => address !== undefined))].slice(0, 5000);
}

function charsetOf(contentType: string | undefined): string | undefined {
  return /charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType ?? '')?.[1];
}
