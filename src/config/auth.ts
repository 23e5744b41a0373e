import { z } from 'zod';
import { text, whole } from './kinds.ts';

export interface AuthConfig {
  /** Whether callers must say who they are; absent: see `isLocal`. */
  mode?: 'required' | 'local';
  /** What the service signs its own tokens with, with HS256: 32 bytes or more. */
  signingKey?: string;
  /** How long its tokens are valid, where nothing else is asked. */
  tokenMinutes: number;
  /** Keys of those who sign tokens elsewhere, and issuers: a JSON list, or the file that holds it. */
  jwtKeys?: string;
  oidc?: string;
  /** What `/metrics` may be asked with instead of an operator's key. */
  metricsToken?: string;
}

export const authVariables = z.object({
  BATON_AUTH: z.enum(['required', 'local'], 'expected required or local').optional(),
  BATON_AUTH_SECRET: text
    .refine((secret) => Buffer.byteLength(secret) >= 32, 'expected 32 bytes or more: openssl rand -base64 32')
    .optional(),
  BATON_TOKEN_MINUTES: whole(1, 525_600).default(1_440),
  BATON_JWT_KEYS: text.optional(),
  BATON_OIDC: text.optional(),
  BATON_METRICS_TOKEN: text.min(16, 'expected 16 characters or more: openssl rand -hex 16').optional(),
});

export function authOf(read: z.infer<typeof authVariables>): AuthConfig {
  return {
    ...(read.BATON_AUTH && { mode: read.BATON_AUTH }),
    ...(read.BATON_AUTH_SECRET && { signingKey: read.BATON_AUTH_SECRET }),
    tokenMinutes: read.BATON_TOKEN_MINUTES,
    ...(read.BATON_JWT_KEYS && { jwtKeys: read.BATON_JWT_KEYS }),
    ...(read.BATON_OIDC && { oidc: read.BATON_OIDC }),
    ...(read.BATON_METRICS_TOKEN && { metricsToken: read.BATON_METRICS_TOKEN }),
  };
}
