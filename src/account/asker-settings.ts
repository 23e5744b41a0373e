import { hasScope, type Scope } from '../identity/scopes.ts';
import { type Asker, currentRun, type Role, roles } from '../tenancy.ts';

/** What who asked may be told of the account. */
export interface AccountRights {
  /** Threads and runs. */
  runs: boolean;
  documents: boolean;
  tickets: boolean;
  /** What models took: all of the tenant's, or what they themselves have used. */
  usage: 'all' | 'own' | 'none';
  /** Budgets, keys and people. */
  manages: boolean;
}

/**
 * What who asked for the run that is carried out may be told, the same as at the doors of the API. Of a run that nobody in particular
 * asked for, as a cron's, it is what everybody may be told who may run anything.
 */
export function accountRights(): AccountRights {
  const asker = currentRun()?.asker ?? nobody;
  return {
    runs: may(asker, 'viewer', 'runs:read'),
    documents: may(asker, 'viewer', 'knowledge:read'),
    tickets: may(asker, 'member', 'tickets:read'),
    usage: usageOf(asker),
    manages: may(asker, 'admin', 'manage:read'),
  };
}

/** The same for the views of the schema `account`, as settings of a transaction: what is not set is not shown. */
export function askerSettings(rights: AccountRights): Record<string, string> {
  const { userId = '', keyId = '' } = currentRun() ?? {};
  const own = rights.usage === 'own';
  return {
    'baton.asker_usage': rights.usage,
    'baton.asker_user': own ? userId : '',
    'baton.asker_key': own ? keyId : '',
    'baton.asker_manages': rights.manages ? 'yes' : '',
  };
}

const nobody: Asker = { role: 'viewer' };

/** Who is no engineer sees what they themselves have used. */
function usageOf(asker: Asker): AccountRights['usage'] {
  if (!may(asker, 'viewer', 'usage:read')) return 'none';
  return may(asker, 'engineer', 'usage:read') ? 'all' : 'own';
}

function may({ role, scopes }: Asker, least: Role, scope: Scope): boolean {
  return roles.indexOf(role) >= roles.indexOf(least) && hasScope(scopes, scope);
}
