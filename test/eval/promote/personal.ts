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
const separator = fc.constantFrom('', ' ', '-');

const email = fc.emailAddress().filter((text) => !text.startsWith('person'));

const card = fc.tuple(digits(15), separator).map(([begin, sign]) => {
  const all = begin + luhnDigit(begin);
  return [all.slice(0, 4), all.slice(4, 8), all.slice(8, 12), all.slice(12)].join(sign);
});

const iban = fc
  .tuple(fc.constantFrom('DE', 'AT', 'FR', 'GB', 'NL'), digits(16), fc.boolean())
  .map(([country, rest, isGrouped]) => {
    const account = `${country}${ibanCheckDigits(country, rest)}${rest}`;
    return isGrouped ? (account.match(/.{1,4}/g) ?? []).join(' ') : account;
  });

const phone = fc
  .tuple(
    fc.constantFrom('+1', '+43', '0043', '+386'),
    digits(3),
    digits(3),
    digits(4),
    fc.constantFrom(' ', '-', '.', ''),
  )
  .map(([country, area, one, two, sign]) => [country, area, one, two].join(sign));

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
