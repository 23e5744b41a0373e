import { CallerError } from '../errors.ts';
import { type Caller, type Role, roles } from '../tenancy.ts';

interface Rights {
  role?: Role | undefined;
  /** Null: all; undefined: nothing is said of them. */
  graphs?: readonly string[] | null | undefined;
}

/**
 * Holds rights that a caller gives to somebody against its own: nobody gives a role or graphs that they do not have. Without a
 * caller, who has the machine gives.
 *
 * Throws a `CallerError` (`forbidden`).
 */
export function checkMayGive(caller: Caller | undefined, { role, graphs }: Rights): void {
  if (!caller) return;
  if (role !== undefined && rank(role) > rank(caller.role)) {
    throw new CallerError('forbidden', `Who is ${caller.role} cannot make anybody ${role}.`);
  }
  if (graphs === undefined || !caller.graphs) return;
  const own = caller.graphs;
  if (graphs === null || graphs.some((graph) => !own.includes(graph))) {
    throw new CallerError('forbidden', `You may use ${own.join(', ')}, and can let others use no more.`);
  }
}

/** Holds a user against who wants to change it: nobody changes somebody above themselves. Throws as `checkMayGive` does. */
export function checkMayTouch(caller: Caller | undefined, { role }: { role: Role }): void {
  if (caller && rank(role) > rank(caller.role)) {
    throw new CallerError('forbidden', `Who is ${caller.role} cannot change who is ${role}.`);
  }
}

function rank(role: Role): number {
  return roles.indexOf(role);
}
