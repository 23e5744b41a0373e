import { z } from 'zod';
import { host, parted, text } from './kinds.ts';

export interface WebhooksConfig {
  /** What webhooks are signed with, in the form of Standard Webhooks; absent: they are not signed. */
  secret?: string;
  /** Hosts, addresses and ranges of them that may be told beside public ones. */
  allow: string[];
}

export const webhooksVariables = z.object({
  BATON_WEBHOOK_SECRET: text
    .refine(isWebhookSecret, 'expected whsec_ and 24 to 64 bytes in base64: openssl rand -base64 32')
    .optional(),
  BATON_WEBHOOK_ALLOW: parted(host).default([]),
});

export function webhooksOf(read: z.infer<typeof webhooksVariables>): WebhooksConfig {
  return {
    ...(read.BATON_WEBHOOK_SECRET && { secret: read.BATON_WEBHOOK_SECRET }),
    allow: read.BATON_WEBHOOK_ALLOW,
  };
}

function isWebhookSecret(secret: string): boolean {
  const encoded = secret.replace(/^whsec_/, '');
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && bytes.length >= 24 && bytes.length <= 64;
}
