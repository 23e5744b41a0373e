import { analyse } from 'chardet';
import iconv from 'iconv-lite';
import { decodeEbcdic, looksLikeEbcdic } from './ebcdic.ts';

export interface DecodedText {
  text: string;
  charset: string;
}

/**
 * The text of bytes. What its first bytes say counts most (a byte-order mark), then UTF-8 where it is valid and not mere ASCII, since no
 * other text is so by accident; then what is `declared` with it, then what it declares itself (HTML's `meta`, XML's first line); the rest
 * is found by the frequency of letters, and is Windows-1252 when nothing is found. Undefined when the bytes are no text.
 */
export function decodeText(bytes: Buffer, declared?: string): DecodedText | undefined {
  const charset =
    markedCharset(bytes) ?? utf8ByBytes(bytes) ?? known(declared) ?? selfDeclared(bytes) ?? guess(bytes);
  const text = decode(bytes, charset);
  return isText(text) ? { text, charset } : undefined;
}

function markedCharset(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function utf8ByBytes(bytes: Buffer): string | undefined {
  return isUtf8(bytes) && bytes.some((byte) => byte >= 0x80) ? 'utf-8' : undefined;
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Under the name that we decode it by; what declares itself UTF-8 and got here is not. */
function known(charset: string | undefined): string | undefined {
  const name = charset?.trim().toLowerCase().replace(/["']/g, '') ?? '';
  if (/^(cp|ibm|ccsid)-?0*(500|037|37|1140)$/.test(name)) return 'cp500';
  if (/^(utf-?8|us-ascii|ascii)$/.test(name) || !iconv.encodingExists(name)) return undefined;
  return latin1.test(name) ? 'windows-1252' : name;
}

/** By these names the web means Windows-1252 (WHATWG Encoding, 4.2). */
const latin1 = /^(iso-?8859-?1|iso_8859-1|latin-?1|l1)$/;

const declarations =
  /<meta[^<>]{0,500}?charset\s*=\s*["']?([\w:.-]+)|<\?xml[^<>]{0,200}?encoding\s*=\s*["']([\w:.-]+)/i;

/** A declaration that can be read as ASCII is not in UTF-16, whatever it says. */
function selfDeclared(bytes: Buffer): string | undefined {
  const found = declarations.exec(bytes.subarray(0, 100_000).toString('latin1'));
  const charset = known(found?.[1] ?? found?.[2]);
  return charset?.startsWith('utf-16') ? undefined : charset;
}

function guess(bytes: Buffer): string {
  const sample = bytes.subarray(0, 65_536);
  const zeros = zerosBySide(sample);
  if (zeros.odd > 0.3 && zeros.even < 0.05) return 'utf-16le';
  if (zeros.even > 0.3 && zeros.odd < 0.05) return 'utf-16be';
  if (isUtf8(bytes)) return 'utf-8';
  if (looksLikeEbcdic(bytes)) return 'cp500';
  const likely = analyse(sample).flatMap(({ name }) => known(name) ?? []);
  return likely.find((charset) => !decode(sample, charset).slice(0, -4).includes('\ufffd')) ?? 'windows-1252';
}

function zerosBySide(sample: Buffer): { even: number; odd: number } {
  const count = { even: 0, odd: 0 };
  sample.forEach((byte, at) => {
    if (byte === 0) count[at % 2 === 0 ? 'even' : 'odd'] += 1;
  });
  const half = Math.max(1, sample.length / 2);
  return { even: count.even / half, odd: count.odd / half };
}

function decode(bytes: Buffer, charset: string): string {
  if (charset === 'cp500') return decodeEbcdic(bytes);
  return charset === 'utf-8' ? new TextDecoder().decode(bytes) : iconv.decode(bytes, charset);
}

/** Of controls that text has no use for there may be one in a hundred: old files end with one, or have some strewn in. */
function isText(text: string): boolean {
  const sample = text.slice(0, 65_536);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it counts
  const controls = sample.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  return controls <= sample.length / 100;
}
