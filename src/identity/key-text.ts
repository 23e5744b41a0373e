import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a caller sends: a name that may be shown, and a secret of 256 random bits. */
export interface KeyText {
  keyId: string;
  secret: string;
}

const pattern = /^baton_([0-9a-f]{16})_([\w-]{43})$/;

export function newKeyId(): string {
  return randomBytes(8).toString('hex');
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function formatKey({ keyId, secret }: KeyText): string {
  return `${keyPrefix(keyId)}_${secret}`;
}

/** How a key is shown: whoever finds one in a file knows by it which it is. */
export function keyPrefix(keyId: string): string {
  return `baton_${keyId}`;
}

/** Whether a credential is meant to be a key rather than a token. */
export function looksLikeKey(credential: string): boolean {
  return credential.startsWith('baton_');
}

export function parseKey(text: string): KeyText | undefined {
  const [, keyId, secret] = pattern.exec(text) ?? [];
  return keyId !== undefined && secret !== undefined ? { keyId, secret } : undefined;
}

/** SHA-256, hex. A secret of 256 random bits needs no slower hash: nobody tries them all. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether a secret is the one that was hashed, in the same time for every wrong one. */
export function isSecretOf(secret: string, hash: string): boolean {
  const [given, kept] = [hashSecret(secret), hash].map((text) => Buffer.from(text, 'hex'));
  return given?.length === kept?.length && timingSafeEqual(given ?? none, kept ?? none);
}

const none = Buffer.alloc(0);
