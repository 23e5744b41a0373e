import { createCipheriv, randomBytes } from 'node:crypto';
import type { SecretKey } from '../config/secrets.ts';
import { boundTo, type SealPlace } from './seal-place.ts';
import { SecretError } from './secret-error.ts';

/**
 * Seals a text for one place, under the first of the keys: AES-256-GCM with a random nonce of 96 bits (NIST SP 800-38D, which
 * allows a key 2^32 of them) and the place as additional data.
 *
 * Returns `v1.<key id>.<nonce>.<text and tag>`, the last two in base64url. Throws a `SecretError` when there is no key.
 */
export function seal(text: string, place: SealPlace, keys: readonly SecretKey[]): string {
  const [first] = keys;
  if (!first) throw new SecretError('Secrets cannot be kept: BATON_SECRET_KEYS is not set.');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', first.key, nonce).setAAD(boundTo(place));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${first.id}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
}
