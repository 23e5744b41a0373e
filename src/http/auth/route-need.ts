import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { leastRoles, type Need } from './least-role.ts';

/**
 * What the route needs that will answer this request: the same match that finds its handler, so that no spelling of a path is read in two
 * ways. Undefined where there is no route.
 *
 * Throws an `Error` for a route that the table forgot: it answers nobody.
 */
export function routeNeed(c: Context): Need | undefined {
  const route = matchedRoutes(c).find(({ method }) => method !== 'ALL'); // what is for all methods is middleware
  if (!route) return undefined;
  const need = leastRoles[`${route.method} ${route.path}`];
  if (need === undefined)
    throw new Error(`${route.method} ${route.path} has no least role: see least-role.ts.`);
  return need;
}
