import { z } from 'zod';

export interface LogConfig {
  level: string;
  /** Lines for people, and no JSON. */
  pretty: boolean;
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const logVariables = z.object({
  LOG_LEVEL: z.enum(levels, `expected one of ${levels.join(', ')}`).default('info'),
});

export function logOf(read: z.infer<typeof logVariables>, terminal: boolean): LogConfig {
  return { level: read.LOG_LEVEL, pretty: terminal };
}
