import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor, Outcome } from './entry.ts';

/** Where what is being done was asked for. */
export interface Origin {
  /** Of the client, as far as it can be trusted. */
  address?: string;
  requestId?: string;
  /** Who acts, where no caller does: the person at the command line. */
  actor?: Actor;
  /** What has been recorded so far of what was asked, so that it is not recorded twice. */
  recorded: Outcome[];
}

const origins = new AsyncLocalStorage<Origin>();

/** Does something, with all that it starts, of which the audit says where it was asked for. */
export function fromOrigin<T>(origin: Omit<Origin, 'recorded'>, act: () => T): T {
  return origins.run({ ...origin, recorded: [] }, act);
}

/** Where the code that asks was set in motion; undefined where nobody said so. */
export function currentOrigin(): Origin | undefined {
  return origins.getStore();
}
