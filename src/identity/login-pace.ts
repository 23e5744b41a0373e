import type { Config } from '../config.ts';
import type { Tried } from './attempts.ts';

/** Whose log-in it is, and from where. */
export interface Account {
  tenant: string;
  /** In lower case. */
  email: string;
}

/** Many people may share an address, so it may fail more often than an account. */
const sharing = 10;

export function accountTried({ users }: Pick<Config, 'users'>, { tenant, email }: Account): Tried {
  const pace = {
    free: Math.ceil(users.loginAttempts / 2),
    most: users.loginAttempts,
    seconds: users.lockMinutes * 60,
  };
  return { what: 'log-in', who: `${tenant} ${email}`, pace };
}

export function addressTried({ users }: Pick<Config, 'users'>, address: string): Tried {
  const most = users.loginAttempts * sharing;
  return {
    what: 'log-in-from',
    who: address,
    pace: { free: most / 2, most, seconds: users.lockMinutes * 60 },
  };
}

/** Mails that can be asked for in an hour, to one account and from one address. */
export function resetTried({ tenant, email }: Account): Tried {
  return { what: 'reset', who: `${tenant} ${email}`, pace: { free: 4, most: 5, seconds: 3_600 } };
}

export function resetFromTried(address: string): Tried {
  return { what: 'reset-from', who: address, pace: { free: 20, most: 30, seconds: 3_600 } };
}
