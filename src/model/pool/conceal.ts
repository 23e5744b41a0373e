import { redact } from '../../redact.ts';
import { ModelError } from '../chat-model.ts';
import type { Failure } from '../to-model-error.ts';

/** A failure whose cause, which goes to the log, has the key in none of its texts: providers and clients repeat what they were sent. */
export function conceal(failure: Failure, secret: string | undefined): Failure {
  const { error } = failure;
  if (error.cause === undefined) return failure;
  const told = (text: string) => redact(secret ? withoutSecret(text.slice(0, longest), secret) : text);
  const concealed = new ModelError(error.reason, error.message, { cause: copyOf(error.cause, told, 0) });
  return { ...failure, error: concealed };
}

const deepest = 4;
const longest = 4_000;

/** What is of use in a log: the name, the message, the stack, the status and the code, and the same of the causes. */
function copyOf(thrown: unknown, told: (text: string) => string, depth: number): Error {
  if (!(thrown instanceof Error)) return new Error(told(String(thrown)).slice(0, longest));
  const { cause } = thrown;
  const deeper = cause !== undefined && depth < deepest ? { cause: copyOf(cause, told, depth + 1) } : {};
  const copy = new Error(told(thrown.message).slice(0, longest), deeper);
  const { status, code, requestID } = thrown as Error & Record<'status' | 'code' | 'requestID', unknown>; // of some clients' errors
  copy.name = thrown.name;
  copy.stack = told(thrown.stack ?? '').slice(0, longest);
  return Object.assign(copy, {
    ...(typeof status === 'number' && { status }),
    ...(typeof code === 'string' && { code: told(code) }),
    ...(typeof requestID === 'string' && { requestID: told(requestID) }),
  });
}

/** So much of a key in a row gives it away. */
const piece = 8;

/**
 * Takes out every word that has a piece of the key in it: providers repeat keys in part, with a word before them, or as base64.
 */
function withoutSecret(text: string, secret: string): string {
  const pieces = piecesOf(secret);
  return text
    .replace(/[\w.~+/%=-]{8,}/g, (word) => (hasPiece(word, pieces) ? '[key]' : word))
    .replaceAll(secret, '[key]');
}

function piecesOf(secret: string): Set<string> {
  const encoded = [0, 1, 2].map((before) =>
    Buffer.from(`${' '.repeat(before)}${secret}`)
      .toString('base64url')
      .slice(4, -4),
  );
  const texts = [secret, encodeURIComponent(secret), ...encoded];
  return new Set(texts.flatMap((text) => partsOf(text)));
}

function hasPiece(word: string, pieces: Set<string>): boolean {
  const plain = word.replaceAll('+', '-').replaceAll('/', '_'); // the two alphabets of base64
  return [word, plain].some((text) => partsOf(text).some((part) => pieces.has(part)));
}

function partsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - piece + 1) }, (_, at) => text.slice(at, at + piece));
}
