import { isIPv6 } from 'node:net';
import type { PersonalKind } from './find-personal.ts';
import { ibanCheckDigits } from './is-iban.ts';
import { luhnDigit } from './luhn.ts';

/**
 * What stands for something personal: of the same shape, the `nth` of its kind, from 1, and nobody's. Addresses are of the domains and networks
 * that are kept for documentation (RFC 2606, 5737 and 3849); digits are zeros that count up, grouped as they were, with check digits that are right.
 */
export function standIn(kind: PersonalKind, original: string, nth: number): string {
  switch (kind) {
    case 'email':
      return `person${nth}@example.com`;
    case 'ip':
      return isIPv6(original) ? `2001:db8::${nth.toString(16)}` : networkAddress(nth);
    case 'iban':
      return grouped(original, /[A-Za-z0-9]/g, account(original, nth));
    case 'card':
      return grouped(original, /\d/g, card(original, nth));
    case 'phone':
    case 'number':
      return grouped(original, /\d/g, counted(original, nth));
    case 'name':
      return people[(nth - 1) % people.length] ?? 'Alex';
  }
}

/** First names that go to anybody. */
const people = ['Alex', 'Robin', 'Kim', 'Sasha', 'Jamie', 'Taylor', 'Charlie', 'Noor'];

const networks = ['192.0.2', '198.51.100', '203.0.113'];

function networkAddress(nth: number): string {
  return `${networks[Math.floor((nth - 1) / 254) % networks.length]}.${((nth - 1) % 254) + 1}`;
}

function account(original: string, nth: number): string {
  const compact = original.replace(/[ _-]/g, '').toUpperCase();
  const country = compact.slice(0, 2);
  const rest = String(nth).padStart(compact.length - 4, '0');
  return `${country}${ibanCheckDigits(country, rest)}${rest}`;
}

function card(original: string, nth: number): string {
  const { length } = original.replace(/\D/g, '');
  const begin = `4${String(nth).padStart(length - 2, '0')}`;
  return begin + luhnDigit(begin);
}

function counted(original: string, nth: number): string {
  const { length } = original.replace(/\D/g, '');
  return String(nth).padStart(length, '0').slice(-length);
}

/** The signs one after the other in the places of those that match. */
function grouped(original: string, places: RegExp, signs: string): string {
  let at = 0;
  return original.replace(places, () => signs[at++] ?? '0');
}
