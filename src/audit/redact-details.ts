import type { Json, JsonObject } from '../message.ts';
import { redact } from '../redact.ts';

const most = { text: 4_000, members: 100, depth: 10, all: 32_000 };
const blot = '[redacted]';

/** Members whose text is a secret whatever it looks like. */
const secretName =
  /pass(word|wd|phrase)|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|sealed|credential|session[-_]?id/i;

/** Secrets beside those of logs: keys in files, and keys of AWS. */
const secretText =
  /-----BEGIN [A-Z ]{1,40}-----[^-]{0,20000}(?:-----END [A-Z ]{1,40}-----)?|\bAKIA[A-Z0-9]{12,40}/g;

/**
 * What may be kept for years of what somebody handed in: without secrets, without what Postgres cannot store (NUL, lone
 * surrogates), and not longer than a screen or two. Numbers and truth values stay whatever they are called.
 */
export function redactDetails(details: object): JsonObject {
  const plain = JSON.parse(JSON.stringify(details)) as Json; // what JSON.stringify wrote
  const kept = keep(plain, 0);
  const text = JSON.stringify(kept);
  if (text.length > most.all) return { cut: keepText(text) };
  return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? kept : { value: kept };
}

/** The same of a text by itself, cut to `length` characters. */
export function keepText(text: string, length = most.text): string {
  const start = text.slice(0, length * 2); // so that no text takes long
  const clean = redact(start.replaceAll('\0', '').toWellFormed()).replace(secretText, blot);
  if (clean.length <= length && start === text) return clean;
  return `${clean.slice(0, length).toWellFormed()}… (cut from ${text.length} characters)`;
}

function keep(value: Json, depth: number): Json {
  if (typeof value === 'string') return keepText(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth === most.depth) return '…';
  if (Array.isArray(value)) {
    const more = value.length - most.members;
    const items = value.slice(0, most.members).map((item) => keep(item, depth + 1));
    return more > 0 ? [...items, `… (${more} more)`] : items;
  }
  const members = Object.entries(value)
    .slice(0, most.members)
    .map(([name, member]): [string, Json] => [
      keepText(name, 200),
      isSecret(name, member) ? blot : keep(member, depth + 1),
    ]);
  return Object.fromEntries(members);
}

function isSecret(name: string, value: Json): boolean {
  return secretName.test(name) && value !== null && typeof value !== 'number' && typeof value !== 'boolean';
}
