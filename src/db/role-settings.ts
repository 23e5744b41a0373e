import { currentWork } from '../tenancy.ts';
import { graphsSetting, serviceRole, tenantRole, tenantSetting } from './row-security.ts';
import type { Statement } from './wire/round-trip.ts';

/** As whom a statement is to run, by the settings that say so, each for its transaction alone; empty: as the database's own user. */
export type RoleSettings = readonly (readonly [name: string, value: string])[];

/**
 * As whom the code that asks works on the database. Throws an `Error` where nobody said on whose behalf it does: then it is better
 * that nothing is done than that it is done as somebody who may do more.
 */
export function currentSettings(): RoleSettings {
  const work = currentWork();
  if (work === undefined) {
    throw new Error(
      'Work on the database is done on behalf of a tenant or of the service: see src/tenancy.ts.',
    );
  }
  if (work === 'owner') return [];
  if (work === 'service')
    return [
      [tenantSetting, ''],
      ['role', serviceRole],
    ];
  const tenant = [tenantSetting, work.tenant] as const;
  if (work.owner) return [tenant];
  const graphs = work.graphs ? [[graphsSetting, JSON.stringify(work.graphs)] as const] : [];
  return [tenant, ...graphs, ['role', tenantRole]];
}

/** The same as a statement, for one transaction; undefined where there is nothing to say. */
export function setRole(settings: RoleSettings): Statement | undefined {
  if (settings.length === 0) return undefined;
  const calls = settings.map(([name], at) => `set_config('${name}', $${at + 1}, true)`);
  return { text: `select ${calls.join(', ')}`, values: settings.map(([, value]) => value) };
}

/** The same as a statement that takes the place of whatever was set before, until another does. */
export function setRoleOfSession(settings: RoleSettings): string {
  const all = Object.entries({ ...nobody, ...Object.fromEntries(settings) });
  return `select ${all.map(([name, value]) => `set_config('${name}', ${quoted(value)}, false)`).join(', ')}`;
}

/** The role comes last: until then it is the old one that sets. */
const nobody = { [tenantSetting]: '', [graphsSetting]: '', role: 'none' };

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
