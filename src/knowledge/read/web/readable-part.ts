import { isProbablyReaderable, Readability } from '@mozilla/readability';
import { type CheerioAPI, load } from 'cheerio';
import type { AnyNode } from 'domhandler';
import { parseHTML } from 'linkedom';
import { textOf } from './html-blocks.ts';

/**
 * The part of a page that is its content: the one element that is marked as such, or what Readability finds where it is sure and
 * leaves out no more than half of the text, or all of the page but its menus, headers and footers.
 */
export function readablePart(page: CheerioAPI): AnyNode {
  page(furniture).remove();
  const main = page('main, [role=main]');
  const [marked] = main;
  if (marked && main.length === 1 && lengthOf(marked) >= enough) return marked;
  const body = page('body')[0] ?? page.root()[0];
  if (!body) throw new Error('Every parsed page has a root.');
  const found =
    lengthOf(body) >= enough && page.html().length <= readabilityCharacters
      ? article(page.html())
      : undefined;
  return found && lengthOf(found) * 2 >= lengthOf(body) ? found : body;
}

/** What is on every page of a site. Headers and footers of an article are its own. */
const furniture =
  'script, style, noscript, template, nav, aside, form, [role=navigation], [role=banner], [role=contentinfo], [role=search], ' +
  'body > header, body > footer, [aria-hidden=true], [hidden]';

/** Of text: less is hardly an article. */
const enough = 300;

/** Readability walks a page many times: of what is longer the whole body is taken. */
const readabilityCharacters = 2_000_000;

function article(html: string): AnyNode | undefined {
  const { document } = parseHTML(html);
  if (!isProbablyReaderable(document)) return undefined;
  const found = new Readability(document, { keepClasses: true }).parse();
  return found?.content ? load(found.content)('body')[0] : undefined;
}

function lengthOf(node: AnyNode): number {
  return textOf(node).replace(/\s+/g, ' ').trim().length;
}
