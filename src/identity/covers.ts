import { type Caller, type Role, roles } from '../tenancy.ts';
import { hasScope, type Scope } from './scopes.ts';

/** What a key, a token or a user may do. Absent or null lists: all. */
export interface Grant {
  role: Role;
  graphs?: readonly string[] | null | undefined;
  scopes?: readonly string[] | null | undefined;
  operator?: boolean | undefined;
}

type Holder = Pick<Caller, 'role'> & {
  [Part in 'graphs' | 'scopes' | 'operator']?: Caller[Part] | undefined;
};

/** Whether a role is at least another. */
export function reaches(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/** Whether somebody may do all that a grant says: nobody gives, or takes over, more than they have. */
export function covers(caller: Holder, grant: Grant): boolean {
  return (
    reaches(caller.role, grant.role) &&
    (!grant.operator || caller.operator === true) &&
    includesAll(caller.graphs, grant.graphs, (held, graph) => held.includes(graph)) &&
    includesAll(caller.scopes, grant.scopes, (held, scope) => hasScope(held, scope as Scope)) // grants name scopes
  );
}

function includesAll(
  held: readonly string[] | undefined,
  granted: readonly string[] | null | undefined,
  includes: (held: readonly string[], one: string) => boolean,
): boolean {
  return !held || (granted?.every((one) => includes(held, one)) ?? false);
}

/** What somebody may do with a token that was made for less than they may. */
export function narrow(caller: Caller, to: Omit<Grant, 'operator'>): Caller {
  const { graphs, scopes, operator, ...who } = caller;
  const role = reaches(caller.role, to.role) ? to.role : caller.role;
  const fewerGraphs = both(graphs, to.graphs, (held, graph) => held.includes(graph));
  const fewerScopes = both(scopes, to.scopes, (held, scope) => hasScope(held, scope as Scope)); // claims name scopes
  return {
    ...who,
    role,
    ...(fewerGraphs && { graphs: fewerGraphs }),
    ...(fewerScopes && { scopes: fewerScopes }),
    ...(operator && reaches(role, 'admin') && { operator }),
  };
}

function both(
  held: readonly string[] | undefined,
  asked: readonly string[] | null | undefined,
  includes: (held: readonly string[], one: string) => boolean,
): readonly string[] | undefined {
  if (!held || !asked) return held ?? asked ?? undefined;
  return asked.filter((one) => includes(held, one));
}
