/** A place on a network that a text names, to be compared with others. */
export interface Address {
  /** In lower case, without its scheme, `www.` and the stops behind it. */
  name: string;
  start: number;
  end: number;
}

const end = String.raw`\s<>"'\x60|()[\]{}“”‘’„«»，。、；：！？（）【】《》「」`;
/** Scripts that put no space between a word and an address. */
const unspaced = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}`;
const piece = new RegExp(
  `(?:https?:)?//[^${end}/]+(?:[/?#][^${end}${unspaced}]*)?|(?:[^${end}${unspaced}/]|/(?!/))+`,
  'giu',
);
const target = new RegExp(`\\]\\([\\s<]*([^${end}]+)`, 'gu');
const host = /^(?:[\p{L}\p{N}-]{1,63}\.){1,10}(\p{L}{2,24})$/u;

/**
 * The addresses that a text names: what follows `//` or `www.`, the targets of Markdown's links, e-mail addresses, and names of hosts by
 * their endings. `graph.yaml` and `context.store` are none.
 */
export function addressesIn(text: string): Address[] {
  const targets = [...text.matchAll(target)].map(({ 0: written, 1: to = '', index }) =>
    toAddress(to, index + written.length - to.length, to),
  );
  const starts = new Set(targets.map(({ start }) => start));
  const others = [...text.matchAll(piece)].flatMap(({ 0: written, index }) =>
    starts.has(index) ? [] : addressOf(written, index),
  );
  return [...targets, ...others].filter(({ name }) => name !== '').sort((a, b) => a.start - b.start);
}

/** The names of the addresses in some texts, and of their hosts. */
export function addressNames(...texts: string[]): Set<string> {
  const names = texts.flatMap((text) => addressesIn(text).map(({ name }) => name));
  return new Set(names.flatMap((name) => [name, name.split(/[/?#]/, 1)[0] ?? name]));
}

/** The addresses of a text that are in none of some lists. */
export function strangeAddresses(text: string, ...known: Set<string>[]): string[] {
  const names = new Set(addressesIn(text).map(({ name }) => name));
  return [...names].filter((name) => !known.some((list) => list.has(name)));
}

/** A text without its addresses. */
export function withoutAddresses(text: string): string {
  let from = 0;
  const parts = addressesIn(text).map(({ start, end }) => {
    const before = text.slice(from, start);
    from = end;
    return before;
  });
  return [...parts, text.slice(from)].join(' ');
}

function addressOf(written: string, index: number): Address[] {
  const slashes = /\/\/[^/]/.exec(written)?.index;
  if (slashes !== undefined) return [toAddress(written, index, written.slice(slashes + 2))];
  const isMail = hasHost(written.slice(written.indexOf('@') + 1));
  const isHost = /^[^\p{L}\p{N}]*www\./iu.test(written) || written.split(/[,;:=]/).some(hasHost);
  return isMail || isHost ? [toAddress(written, index, written)] : [];
}

/** Whether it begins with the name of a host: `shop.example/returns`. */
function hasHost(written: string): boolean {
  const [first = ''] = trim(written).split(/[/?#]/);
  const end = host.exec(first)?.[1];
  if (end === undefined) return false;
  if (end.length === 2) return !/^\p{Lu}\p{Ll}$/u.test(end) && !files.has(end.toLowerCase());
  return endings.has(end.toLowerCase());
}

function toAddress(written: string, start: number, named: string): Address {
  const plain = named
    .normalize('NFKC')
    .toLowerCase()
    .replace(/^(?:[a-z]{2,12}:\/\/|mailto:)/, '');
  return { name: trim(plain).replace(/^www\./, ''), start, end: start + endOf(written) };
}

/** Without the signs around it, and the last slash. */
function trim(written: string): string {
  let from = 0;
  while (from < written.length && !isLetter(written[from])) from++;
  return written.slice(from, endOf(written));
}

function endOf(written: string): number {
  let end = written.length;
  while (end > 0 && !isLetter(written[end - 1])) end--;
  return end;
}

function isLetter(sign = ''): boolean {
  return /[\p{L}\p{N}]|[\ud800-\udfff]/u.test(sign);
}

/** Endings of two letters that files have more often than hosts. */
const files = new Set('ts js md py rs sh go cs pl rb hs kt mk ps tf db'.split(' '));

/** Endings of hosts that are longer than a country's: the common ones, and those that are kept for examples. */
const endings = new Set(
  `com net org info biz name pro edu gov mil int aero coop museum mobi asia cat jobs post tel travel
  app dev xyz site online website web shop store tech cloud page link click club top live life world today news blog
  host space fun icu vip work team support help email chat social media agency digital network systems solutions services
  finance bank money loan win bid date review science party stream download zip mov example invalid test localhost local
  internal onion arpa`
    .trim()
    .split(/\s+/),
);
