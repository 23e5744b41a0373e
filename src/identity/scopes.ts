/**
 * What a key or a token can be narrowed to. A scope gives nothing that the role does not give; to write is also to read.
 *
 * `runs`: turns and threads, at every door · `store`: what is remembered beyond threads · `assistants`: assistants and crons ·
 * `knowledge`: collections, documents, searches and what happened to them · `films`: the shop · `tickets`: what was handed to a person ·
 * `evals`: what evals found, how turns of users scored and what was thought of them · `usage`: what was spent · `audit`: who did what · `manage`: keys, users, budgets, model keys, tenants.
 */
export const scopes = [
  'runs:read',
  'runs:write',
  'store:read',
  'store:write',
  'assistants:read',
  'assistants:write',
  'knowledge:read',
  'knowledge:write',
  'films:read',
  'tickets:read',
  'tickets:write',
  'evals:read',
  'evals:write',
  'usage:read',
  'audit:read',
  'manage:read',
  'manage:write',
] as const;
export type Scope = (typeof scopes)[number];

/** Whether who has these scopes (all, where they are absent) may do what needs one. */
export function hasScope(held: readonly string[] | undefined, needed: Scope): boolean {
  if (!held || held.includes(needed)) return true;
  return needed.endsWith(':read') && held.includes(needed.replace(/read$/, 'write'));
}
