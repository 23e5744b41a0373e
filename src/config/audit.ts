import { z } from 'zod';
import { parted, text, whole } from './kinds.ts';

export interface AuditConfig {
  /** What rows of the audit are sealed with: the first seals, and all verify. Without any they are hashed only. */
  keys: string[];
  /** How many days they stay. */
  days: number;
}

const auditKey = text.min(32, 'expected 32 characters or more: openssl rand -base64 32');

export const auditVariables = z.object({
  BATON_AUDIT_KEY: parted(auditKey).default([]),
  BATON_AUDIT_DAYS: whole(1, 36_500).default(400),
});

export function auditOf(read: z.infer<typeof auditVariables>): AuditConfig {
  return { keys: read.BATON_AUDIT_KEY, days: read.BATON_AUDIT_DAYS };
}
