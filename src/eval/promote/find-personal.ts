import { isIP } from 'node:net';
import { isIban } from './is-iban.ts';
import { isCard } from './luhn.ts';
import { plainSigns } from './plain-signs.ts';

/** What tells who somebody is, or how to reach or charge them. */
export type PersonalKind = 'email' | 'ip' | 'iban' | 'card' | 'phone' | 'number' | 'name';

/** Where something personal stands in a text: UTF-16 units, `end` behind the last. */
export interface Personal {
  kind: PersonalKind;
  start: number;
  end: number;
}

/**
 * E-mail addresses, IP addresses, bank accounts (ISO 13616), payment cards (ISO/IEC 7812), phone numbers and other runs of seven digits and more,
 * in no order, in whatever script or width their signs are (see `plainSigns`); they may overlap. Dates and ranges of years are none.
 */
export function findPersonal(original: string): Personal[] {
  const { text, place } = plainSigns(original);
  return [...emails(text), ...addresses(text), ...ibans(text), ...digits(text)].map(
    ({ kind, start, end }) => ({ kind, ...place(start, end) }),
  );
}

const email =
  /(?:"[^"\n]{1,64}"|[^\s@<>()[\]",;:\\]{1,64})(?:@|%40)[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu;

function emails(text: string): Personal[] {
  return [...text.matchAll(email)].map((match) => spanOf('email', match.index, match[0]));
}

function addresses(text: string): Personal[] {
  return [...text.matchAll(/(?<![\w:.])[0-9a-f:][0-9a-f:.]{1,44}(?!\w)/gi)].flatMap(({ index, 0: found }) => {
    const address = found.replace(/(?<![.])[.]+$/, '');
    const trimmed = isIP(address) ? address : address.replace(/:$/, '');
    return isIP(trimmed) && /\d/.test(trimmed) ? [spanOf('ip', index, trimmed)] : [];
  });
}

/** The longest beginning that is an account: the words behind it have letters, too. */
function ibans(text: string): Personal[] {
  return [...text.matchAll(/\b[a-z]{2}\d{2}(?:[ _-]{0,2}[a-z0-9]){11,30}/gi)].flatMap(
    ({ index, 0: found }) => {
      for (let length = found.length; length >= 15; length -= 1) {
        const part = found.slice(0, length);
        if (isIban(part)) return [spanOf('iban', index, part)];
      }
      return [];
    },
  );
}

/** Digits in groups, with the signs that people put between them. */
const groups = /\+?\(?\d(?:[ ()./_-]{0,3}\d){6,}/g;

function digits(text: string): Personal[] {
  return [...text.matchAll(groups)].flatMap(({ index, 0: found }) => {
    const kind = kindOfDigits(found);
    return kind ? [spanOf(kind, index, found)] : [];
  });
}

function kindOfDigits(found: string): PersonalKind | undefined {
  if (dates.some((date) => date.test(found))) return undefined;
  if (!/\d{3}/.test(found)) return undefined; // a list of small numbers
  if (isCard(found)) return 'card';
  return /^\d+$/.test(found) || found.replace(/\D/g, '').length > 15 ? 'number' : 'phone';
}

const year = '(?:19|20)\\d\\d';
const dates = [
  new RegExp(`^${year}[-/._](?:0?[1-9]|1[0-2])[-/._](?:0?[1-9]|[12]\\d|3[01])(?: [0-2]\\d)?$`),
  new RegExp(`^(?:0?[1-9]|[12]\\d|3[01])[-/. ]{1,2}(?:0?[1-9]|1[0-2])[-/. ]{1,2}${year}$`),
  new RegExp(`^(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\\d|3[01])/${year}$`),
  new RegExp(`^${year} ?[-/] ?${year}$`),
];

function spanOf(kind: PersonalKind, start: number, found: string): Personal {
  return { kind, start, end: start + found.length };
}
