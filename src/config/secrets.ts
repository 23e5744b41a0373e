import { createSecretKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { text } from './kinds.ts';

/** A key that secrets are sealed under, and the id that stands with what it sealed. */
export interface SecretKey {
  id: string;
  /** 32 bytes. */
  key: KeyObject;
}

export interface SecretsConfig {
  /** The first seals, and all open. */
  keys: SecretKey[];
}

export const secretsVariables = z.object({
  BATON_SECRET_KEYS: text.transform(readSecretKeys).default([]),
});

export function secretsOf(read: z.infer<typeof secretsVariables>): SecretsConfig {
  return { keys: read.BATON_SECRET_KEYS };
}

/** `id:base64`, parted by commas. What is wrong is told without the keys. */
function readSecretKeys(list: string, context: z.RefinementCtx): SecretKey[] {
  const keys = list.split(',').map((entry) => {
    const [, id = '', encoded = ''] = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)\s*$/.exec(entry) ?? [];
    return { id, bytes: Buffer.from(encoded, 'base64') };
  });
  const wrong = keys.some(({ id }) => !id) || new Set(keys.map(({ id }) => id)).size < keys.length;
  if (wrong) {
    const message =
      'expected id:key, parted by commas, each id once, each key 32 bytes: openssl rand -base64 32';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return keys.map(({ id, bytes }) => ({ id, key: createSecretKey(bytes) }));
}
