import fc from 'fast-check';
import { ibanCheckDigits } from '../../../src/eval/promote/is-iban.ts';
import { luhnDigit } from '../../../src/eval/promote/luhn.ts';

/** Something that must not stay in what is taken out of production; `name`: somebody has to say that it is one. */
export interface Planted {
  text: string;
  name?: boolean;
}

/** Digits that are no stand-in: those begin with zeros. */
const digits = (length: number) => fc.stringMatching(new RegExp(`^[1-9][0-9]{${length - 2}}[1-9]$`));
const separator = fc.constantFrom(
  '',
  ' ',
  '-',
  '_',
  '\u00a0',
  '\u202f',
  '\u2009',
  '–',
  '\u2011',
  '\u2212',
  '\u200b',
);

/** The same in other digits: Arabic, Devanagari, fullwidth, mathematical. */
const zeros = fc.constantFrom(undefined, 0x0660, 0x0966, 0xff10, 0x1d7ce);
const inDigits = (text: string, zero = 0x30) =>
  text.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));

const email = fc
  .tuple(fc.emailAddress(), fc.constantFrom('@', '＠', '﹫', '%40'))
  .filter(([text]) => !text.startsWith('person'))
  .map(([text, at]) => text.replace('@', at));

const card = fc.tuple(digits(15), separator, zeros).map(([begin, sign, zero]) => {
  const all = begin + luhnDigit(begin);
  return inDigits([all.slice(0, 4), all.slice(4, 8), all.slice(8, 12), all.slice(12)].join(sign), zero);
});

const iban = fc
  .tuple(fc.constantFrom('DE', 'AT', 'FR', 'GB', 'NL'), digits(16), separator, zeros)
  .map(([country, rest, sign, zero]) => {
    const account = `${country}${ibanCheckDigits(country, rest)}${rest}`;
    return inDigits((account.match(/.{1,4}/g) ?? []).join(sign), zero);
  });

const phone = fc
  .tuple(
    fc.constantFrom('+1', '+43', '0043', '+386'),
    digits(3),
    digits(3),
    digits(4),
    fc.oneof(separator, fc.constant('.')),
    zeros,
  )
  .map(([country, area, one, two, sign, zero]) => inDigits([country, area, one, two].join(sign), zero));

const ip = fc.oneof(
  fc.ipV4().filter((text) => !/^(192\.0\.2|198\.51\.100|203\.0\.113)\./.test(text)),
  fc.ipV6().filter((text) => !text.startsWith('2001:db8') && /\d/.test(text) && text.length > 8),
);

const secret = fc
  .tuple(fc.constantFrom('sk-', 'hf_', 'xai-'), fc.stringMatching(/^[A-Za-z0-9]{24,40}$/))
  .map((parts) => parts.join(''));

const name = fc.constantFrom('Maria Delgado', "Siobhan O'Hara", 'Zoë Kravčenko', 'Jean-Luc Petit', '李小龍');

export const anythingPersonal: fc.Arbitrary<Planted> = fc.oneof(
  ...[email, card, iban, phone, ip, secret, digits(9)].map((kind) => kind.map((text): Planted => ({ text }))),
  name.map((text): Planted => ({ text, name: true })),
);

export const plainWords = fc.constantFrom(
  'please write to',
  'my number is',
  'refund',
  'seen in the log:',
  '(see',
  'since 2019 with',
  'ü,',
  '\n- item:',
  '"quoted"',
);
