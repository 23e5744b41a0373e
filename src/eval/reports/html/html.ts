import { printableLines } from '../../../printable.ts';

/** A piece of a page in which every text is escaped. Only `html` makes one. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | Html | null | undefined | false | Part[];

/**
 * A piece of a page. What is put in is text, and written so that it can be nothing else, in an element and in a quoted attribute; pieces stand as they
 * are. Signs that are not seen, or turn the direction of writing, are written out.
 */
export function html(written: TemplateStringsArray, ...parts: Part[]): Html {
  return { markup: written.map((text, at) => (at === 0 ? '' : markupOf(parts[at - 1])) + text).join('') };
}

/** Text that needs no escaping because a program wrote it, and no user or model: styles, scripts, data made safe. */
export function trusted(markup: string): Html {
  return { markup };
}

function markupOf(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (Array.isArray(part)) return part.map(markupOf).join('');
  return typeof part === 'object' ? part.markup : escaped(shown(String(part)));
}

/** A sentence in which what stands between backticks is code. */
export function withCode(text: string): Html[] {
  return text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

/** A text as it may be shown: complete characters, none of which hides or reorders others. */
export function shown(text: string): string {
  return printableLines(text.toWellFormed());
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '');
}
