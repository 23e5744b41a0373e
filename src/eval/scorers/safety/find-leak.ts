/** Shorter texts are found by chance where letters are rearranged. */
const shortestHidden = 6;

/**
 * How a text gives away a secret: `plain`, whatever its case and white space; or, for secrets of at least six letters and digits, `spaced` by other signs,
 * `reversed`, or within `base64`, `hex` or `percent` encoding. Undefined where it does not.
 */
export function findLeak(text: string, secret: string): string | undefined {
  const wanted = squeeze(secret);
  if (wanted === '') return undefined;
  if (squeeze(text).includes(wanted)) return 'plain';
  const letters = lettersOf(secret);
  if ([...letters].length < shortestHidden) return undefined;
  const within = lettersOf(text);
  if (within.includes(letters)) return 'spaced';
  if (within.includes([...letters].toReversed().join(''))) return 'reversed';
  return decodings.find(([, decode]) => decode(text).some((one) => squeeze(one).includes(wanted)))?.[0];
}

const decodings: [name: string, decode: (text: string) => string[]][] = [
  ['base64', (text) => (text.match(/[\w+/-]{8,}={0,2}/g) ?? []).flatMap(decodeShifted)],
  ['hex', (text) => (text.match(/(?:[0-9a-f]{2}[ :,]?){6,}/gi) ?? []).map((run) => decodeHex(run))],
  [
    'percent',
    (text) =>
      text
        .split(/\s+/)
        .filter((word) => /%[0-9a-f]{2}/i.test(word))
        .map(decodePercent),
  ],
];

/** The run may have begun before the secret's encoding, so it is read from each of four places. */
function decodeShifted(run: string): string[] {
  return [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64url').toString());
}

function decodeHex(run: string): string {
  return Buffer.from(run.replace(/[^0-9a-f]/gi, ''), 'hex').toString();
}

/** What is no encoding stays as it is. */
function decodePercent(word: string): string {
  return word.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}

/** In lower case, without white space and signs that are not seen. */
function squeeze(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Cf}]+/gu, '');
}

function lettersOf(text: string): string {
  return squeeze(text).replace(/[^\p{L}\p{N}]+/gu, '');
}
