import type { Role } from '../tenancy.ts';

/** Who did it. `cli`: whoever may run commands where the service runs. `nobody`: who is asking could not be told. */
export interface Actor {
  kind: 'local' | 'key' | 'user' | 'token' | 'cli' | 'service' | 'nobody';
  id?: string;
  /** To be shown. */
  name?: string;
  role?: Role;
  /** Its own, where it is another than the one it acted on. */
  tenant?: string;
}

/** `refused`: it was not allowed, or a person said no. `failed`: it was allowed, and did not work. */
export type Outcome = 'ok' | 'refused' | 'failed';

/** What is to be recorded. */
export interface Entry {
  /** Noun and verb: `key-create`, `login-fail`. */
  action: `${string}-${string}`;
  target?: { type: string; id?: string | undefined };
  /** What else is worth knowing; secrets in it are blotted out and long texts cut. Plain data. */
  details?: object;
  /** `ok` when left out. */
  outcome?: Outcome;
  /** Whoever asked, when left out. */
  actor?: Actor;
  /** Whose chain it goes into: that of the work under way when left out, and `noTenant` when there is none. */
  tenant?: string;
}

/** The chain of what concerns no tenant, such as an unknown key. No tenant can have this id. */
export const noTenant = '-';
