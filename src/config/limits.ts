import { z } from 'zod';
import { text } from './kinds.ts';

export interface LimitsConfig {
  /** Limits as they are written: see `readRules`. Absent: the usual ones. */
  rules?: string;
}

export const limitsVariables = z.object({ BATON_LIMITS: text.optional() });

export function limitsOf(read: z.infer<typeof limitsVariables>): LimitsConfig {
  return { ...(read.BATON_LIMITS && { rules: read.BATON_LIMITS }) };
}
