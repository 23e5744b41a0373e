import { CallerError } from '../errors.ts';
import type { Namespace } from './item.ts';

/** What an entry of the index takes, together. */
const limits = { depth: 32, namespaceBytes: 1024, keyBytes: 1024 };

/**
 * The namespace of an item. Halves of a surrogate pair become U+FFFD. Throws a `CallerError` when it cannot be
 * one: no labels, more than 32 or of more than 1,024 bytes together, or a label that is empty or has "." in it.
 */
export function checkNamespace(labels: string[], where = 'namespace'): Namespace {
  if (labels.length === 0) throw refused(where, 'a namespace has at least one label');
  return checkLabels(labels, where);
}

/** As `checkNamespace`; no labels at all are a prefix as well, of every namespace. */
export function checkLabels(labels: string[], where: string): Namespace {
  if (labels.length > limits.depth) throw refused(where, `has more than ${limits.depth} labels`);
  const checked = labels.map((label, at) => checkLabel(label, `${where}.${at}`));
  if (Buffer.byteLength(checked.join('')) > limits.namespaceBytes) {
    throw refused(where, `has more than ${limits.namespaceBytes} bytes`);
  }
  return checked;
}

/** The key of an item: any text of at most 1,024 bytes. Throws a `CallerError` for another. */
export function checkKey(key: string): string {
  const checked = checkText(key, 'key');
  if (Buffer.byteLength(checked) > limits.keyBytes) {
    throw refused('key', `has more than ${limits.keyBytes} bytes`);
  }
  return checked;
}

/** Well-formed text. Throws a `CallerError` for U+0000, which the database cannot hold. */
export function checkText(text: string, where: string): string {
  if (text.includes('\0')) {
    throw refused(where, 'contains the character U+0000, which cannot be stored');
  }
  return text.toWellFormed();
}

/** The error of an input that cannot be used, and where. */
export function refused(where: string, message: string): CallerError {
  return new CallerError('invalid-request', 'The request is not valid.', {
    issues: [{ path: where, message }],
  });
}

function checkLabel(label: string, where: string): string {
  if (label === '') throw refused(where, 'a label may not be empty');
  if (label.includes('.')) throw refused(where, 'a label may not contain "."');
  return checkText(label, where);
}
