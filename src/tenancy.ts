import { AsyncLocalStorage } from 'node:async_hooks';

/** From the least to the most: who has a role may do what those before it may. */
export const roles = ['viewer', 'member', 'engineer', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who asks. */
export interface Caller {
  tenant: string;
  /** `local`: the service has no authentication. `token`: somebody whom an issuer elsewhere vouches for. */
  kind: 'local' | 'key' | 'user' | 'token';
  /** Of the key or the user; a token's subject. */
  id: string;
  /** To be shown. */
  name: string;
  role: Role;
  /** The graphs that it may use; absent: all. */
  graphs?: readonly string[];
  /** What of its role's rights it has: see `scopes.ts`; absent: all. */
  scopes?: readonly string[];
  /** The session in which a user asks. */
  session?: string;
  /** May make tenants and look after them: a key that was made where the service runs. */
  operator?: boolean;
}

/** What who asked for a run might do when they asked. */
export interface Asker {
  role: Role;
  scopes?: readonly string[];
  /** The graphs that the database showed them: see `Work`. */
  graphs?: readonly string[];
}

/** The run that is carried out, and who pays for it. */
export interface RunUnderWay {
  runId: string;
  threadId: string;
  graph: string;
  userId?: string;
  keyId?: string;
  /** Absent: nobody in particular asked. */
  asker?: Asker;
  /** It is no part of the run: what it takes is the tenant's and the graph's, and neither the run's nor the thread's. */
  aside?: true;
}

/** On whose behalf something is done. */
export interface Work {
  tenant: string;
  caller?: Caller;
  run?: RunUnderWay;
  /** The graphs, and their own assistants by id, that the database shows; absent: all. */
  graphs?: readonly string[];
  /** As the database's own user, who may do anything: for tests and scripts of one tenant. */
  owner?: boolean;
}

/** The tenant of a service without authentication. It is always there. */
export const localTenant = 'local';

/** Letters, digits and hyphens, so that an id reads well everywhere and needs no quoting. */
export const tenantIdPattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const working = new AsyncLocalStorage<Work | 'service' | 'owner'>();
let assumed: Work | undefined;

/** Does something on behalf of a tenant, with all that it starts: the database shows it this tenant's rows alone. */
export function inTenant<T>(work: Work | string, act: () => T): T {
  return working.run(typeof work === 'string' ? { tenant: work } : work, act);
}

/** Does what belongs to no tenant, or to all of them: sweeps, who a key belongs to. Keep it short. */
export function asService<T>(act: () => T): T {
  return working.run('service', act);
}

/** Does what only the owner of the tables may: migrations, indexes, the queue's own housekeeping. Never what a caller asked. */
export function asOwner<T>(act: () => T): T {
  return working.run('owner', act);
}

/** For a process that does one tenant's work alone, such as a command: what is done on nobody's behalf is this tenant's. */
export function assumeWork(work: Work | undefined): void {
  assumed = work;
}

/** On whose behalf the code that asks is running; undefined when nobody said so. */
export function currentWork(): Work | 'service' | 'owner' | undefined {
  return working.getStore() ?? assumed;
}

/** The tenant on whose behalf the code that asks is running. Throws an `Error` where there is none. */
export function currentTenant(): string {
  const work = currentWork();
  if (typeof work !== 'object') throw new Error('This is done on behalf of no tenant.');
  return work.tenant;
}

/** Who asked for what is being done, where somebody did. */
export function currentCaller(): Caller | undefined {
  const work = currentWork();
  return typeof work === 'object' ? work.caller : undefined;
}

/** The run for which something is done, where one is. */
export function currentRun(): RunUnderWay | undefined {
  const work = currentWork();
  return typeof work === 'object' ? work.run : undefined;
}

/** A name for what a tenant has under an id of its choosing, in what is kept for all tenants together. */
export function tenantKey(id: string): string {
  return `${currentTenant()}/${id}`;
}
