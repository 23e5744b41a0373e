import { createDecipheriv } from 'node:crypto';
import type { SecretKey } from '../config/secrets.ts';
import { boundTo, type SealPlace, shownPlace } from './seal-place.ts';
import { SecretError } from './secret-error.ts';

const tagBytes = 16;

/**
 * Opens what `seal` returned for the same place, with whichever key sealed it. Throws a `SecretError` that names the place, and the
 * key's id where that key is missing; the text of neither.
 */
export function unseal(sealed: string, place: SealPlace, keys: readonly SecretKey[]): string {
  const [, id, nonce, rest] = /^v1\.([A-Za-z0-9_-]{1,32})\.([\w-]{16})\.([\w-]{22,})$/.exec(sealed) ?? [];
  if (!id || !nonce || !rest)
    throw new SecretError(`The secret of ${shownPlace(place)} is not a sealed text.`);
  const found = keys.find((key) => key.id === id);
  if (!found) {
    throw new SecretError(
      `The secret of ${shownPlace(place)} is sealed under the key "${id}", which BATON_SECRET_KEYS does not have.`,
    );
  }
  const bytes = Buffer.from(rest, 'base64url');
  const tag = bytes.subarray(bytes.length - tagBytes);
  const cipher = createDecipheriv('aes-256-gcm', found.key, Buffer.from(nonce, 'base64url'), {
    authTagLength: tagBytes,
  });
  cipher.setAAD(boundTo(place)).setAuthTag(tag);
  try {
    const text = cipher.update(bytes.subarray(0, bytes.length - tagBytes));
    return Buffer.concat([text, cipher.final()]).toString('utf8');
  } catch {
    throw new SecretError(
      `The secret of ${shownPlace(place)} does not open: it was changed or moved, or the key "${id}" is another one now.`,
    );
  }
}

/** The id of the key that a text is sealed under. */
export function sealedUnder(sealed: string): string | undefined {
  return /^v1\.([A-Za-z0-9_-]{1,32})\./.exec(sealed)?.[1];
}
