import type { Json } from '../../message.ts';
import { redact } from '../../redact.ts';
import { findPersonal, type Personal, type PersonalKind } from './find-personal.ts';
import { openNames } from './open-names.ts';
import { plainSigns } from './plain-signs.ts';
import { standIn } from './stand-in.ts';

/** Takes out of texts what must not leave production; the same thing has the same stand-in in all that one scrubber reads. */
export interface Scrubber {
  text(text: string): string;
  /** Of all texts, keys and numbers in it. */
  json(value: Json): Json;
  /** What was replaced, in sentences without the originals. */
  notes(): string[];
}

/** Opens a scrubber that also replaces these names and words, and the parts of names. */
export function openScrubber(told: readonly string[] = []): Scrubber {
  const names = openNames(told);
  /** Which of its kind a thing is, from 1, however it is written. */
  const numbers = new Map<string, number>();
  const seen = new Map<PersonalKind, Set<string>>();
  let secrets = 0;

  function replacement(kind: PersonalKind, original: string): string {
    const key = keyOf(kind, kind === 'name' ? names.whole(original) : original);
    const nth = numbers.get(key) ?? numbers.size + 1;
    numbers.set(key, nth);
    seen.set(kind, (seen.get(kind) ?? new Set()).add(key));
    return standIn(kind, original, nth);
  }

  function scrub(raw: string): string {
    const text = raw.normalize('NFC');
    const open = redact(text);
    if (open !== text) secrets += 1;
    let end = 0;
    const parts = merge([...findPersonal(open), ...names.find(open)]).map((found) => {
      const before = open.slice(end, found.start);
      end = found.end;
      return before + replacement(found.kind, plainSigns(open.slice(found.start, found.end)).text);
    });
    return parts.join('') + open.slice(end);
  }

  function scrubJson(value: Json): Json {
    if (typeof value === 'string') return scrub(value);
    if (typeof value === 'number') return scrubNumber(value);
    if (Array.isArray(value)) return value.map(scrubJson);
    if (value === null || typeof value === 'boolean') return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [scrub(key), scrubJson(one)]));
  }

  function scrubNumber(value: number): Json {
    const written = String(value);
    const scrubbed = scrub(written);
    return scrubbed === written ? value : Number.isFinite(Number(scrubbed)) ? Number(scrubbed) : scrubbed;
  }

  return {
    text: scrub,
    json: scrubJson,
    notes: () => [
      ...(secrets > 0
        ? [`Secrets were taken out of ${secrets === 1 ? 'one text' : `${secrets} texts`}.`]
        : []),
      ...[...seen].map(
        ([kind, { size }]) => `${size} ${size === 1 ? words[kind][0] : words[kind][1]} replaced.`,
      ),
    ],
  };
}

const words: Record<PersonalKind, [string, string]> = {
  email: ['e-mail address was', 'e-mail addresses were'],
  ip: ['IP address was', 'IP addresses were'],
  iban: ['bank account was', 'bank accounts were'],
  card: ['payment card was', 'payment cards were'],
  phone: ['phone number was', 'phone numbers were'],
  number: ['long number was', 'long numbers were'],
  name: ['name was', 'names were'],
};

/** Ways of writing one thing are one thing. */
function keyOf(kind: PersonalKind, original: string): string {
  const isOfDigits = kind === 'card' || kind === 'phone' || kind === 'number';
  if (isOfDigits) return `digits ${original.replace(/\D/g, '')}`;
  const small = original.toLowerCase();
  if (kind === 'iban') return `${kind} ${small.replace(/[\s_-]+/g, '')}`;
  return `${kind} ${small.replaceAll('%40', '@').replace(/[\s-]+/g, ' ')}`;
}

/** Of those that overlap one that covers all of them, of the longest's kind, so that no rest of any stays. */
function merge(found: Personal[]): Personal[] {
  const merged: (Personal & { longest: number })[] = [];
  for (const one of found.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    const length = one.end - one.start;
    if (!last || one.start >= last.end) merged.push({ ...one, longest: length });
    else {
      if (length > last.longest) Object.assign(last, { kind: one.kind, longest: length });
      last.end = Math.max(last.end, one.end);
    }
  }
  return merged;
}
