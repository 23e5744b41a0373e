import { z } from 'zod';
import { whole } from './kinds.ts';

export interface UsersConfig {
  /** How long a session lives without being used, and how long at most. */
  sessionIdleMinutes: number;
  sessionMaxMinutes: number;
  /** How long an access token lives that came with a refresh token. */
  accessTokenMinutes: number;
  /** After how many failed log-ins in a row an account is locked, and for how long. */
  loginAttempts: number;
  lockMinutes: number;
}

export const usersVariables = z.object({
  BATON_SESSION_IDLE_MINUTES: whole(5, 525_600).default(720),
  BATON_SESSION_MAX_MINUTES: whole(5, 525_600).default(20_160),
  BATON_ACCESS_TOKEN_MINUTES: whole(1, 1_440).default(15),
  BATON_LOGIN_ATTEMPTS: whole(3, 1_000).default(10),
  BATON_LOGIN_LOCK_MINUTES: whole(1, 1_440).default(15),
});

export function usersOf(read: z.infer<typeof usersVariables>): UsersConfig {
  return {
    sessionIdleMinutes: read.BATON_SESSION_IDLE_MINUTES,
    sessionMaxMinutes: read.BATON_SESSION_MAX_MINUTES,
    accessTokenMinutes: read.BATON_ACCESS_TOKEN_MINUTES,
    loginAttempts: read.BATON_LOGIN_ATTEMPTS,
    lockMinutes: read.BATON_LOGIN_LOCK_MINUTES,
  };
}
