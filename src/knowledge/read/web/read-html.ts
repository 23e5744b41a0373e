import { type CheerioAPI, load } from 'cheerio';
import type { AnyNode } from 'domhandler';
import { inOneLine } from '../clean-text.ts';
import type { Metadata } from '../document.ts';
import type { ReadFacts, Reading } from '../reader.ts';
import type { DecodedText } from '../text/decode-text.ts';
import { listHtml } from './html-blocks.ts';
import { readablePart } from './readable-part.ts';
import { refuseDepth, refuseDepthOfText } from './refuse-depth.ts';

/** Which parts of a page are read; without them, what looks like its content. */
export interface HtmlSelectors {
  /** CSS: only these elements are read. */
  keep?: string[];
  /** CSS: these elements are not read. */
  drop?: string[];
}

/** Reads a page: what its markup or its density of text says is its content, without scripts, menus and footers. */
export function readHtml(
  { text, charset }: DecodedText,
  selectors: HtmlSelectors,
  { list, limits }: Reading,
): ReadFacts {
  refuseDepthOfText(text, limits.depth * 5);
  const page = load(text);
  refuseDepth(page.root()[0], limits.depth);
  const facts = factsOf(page);
  for (const selector of selectors.drop ?? []) page(selector).remove();
  for (const root of partsOf(page, selectors)) listHtml(root, list, limits.depth);
  return { ...facts, metadata: { charset, ...facts.metadata } };
}

function partsOf(page: CheerioAPI, { keep = [] }: HtmlSelectors): AnyNode[] {
  if (keep.length === 0) return [readablePart(page)];
  const kept = page(keep.join(', ')).toArray();
  return kept.filter((element) => !kept.some((other) => other !== element && page.contains(other, element)));
}

function factsOf(page: CheerioAPI): ReadFacts {
  const meta = (name: string) =>
    inOneLine(page(`meta[property="${name}"], meta[name="${name}"]`).first().attr('content') ?? '').slice(
      0,
      1000,
    );
  const title = meta('og:title') || inOneLine(page('title').first().text());
  const language = page('html').attr('lang') ?? page('html').attr('xml:lang');
  const found: Metadata = {
    description: meta('description') || meta('og:description'),
    author: meta('author'),
    published: meta('article:published_time'),
    modified: meta('article:modified_time'),
  };
  return {
    ...(title ? { title } : {}),
    ...(language ? { language: inOneLine(language).slice(0, 35) } : {}),
    metadata: Object.fromEntries(Object.entries(found).filter(([, value]) => value !== '')),
  };
}
