import type { SqlPolicy, TablePolicy } from '../sql/sql-policy.ts';
import type { AccountRights } from './asker-settings.ts';

/**
 * What SQL of a model may read of the caller's own tenant: the views of the schema `account`, which `0018-tickets.ts` makes. They show
 * no secret, no hash, nothing that anybody said, and of the tenant of the transaction alone.
 */
export const accountSqlPolicy: SqlPolicy = {
  schema: 'account',
  role: 'baton_account_reader',
  ofTenant: true,
  tables: {
    thread: view('conversations', 'thread_id graph status created_at updated_at expires_at'),
    run: view(
      'turns of threads; seconds is how long one took',
      'run_id thread_id graph status created_at started_at ended_at seconds attempt',
    ),
    collection: view('collections of documents', 'name description chunks created_at updated_at'),
    document: view(
      'documents of collections; status is ready, failed, or how far the newest version has come; publish is draft, published or archived',
      'document_id collection key title url tags publish status chunks pages bytes language created_at updated_at',
    ),
    ticket: view(
      'conversations that were handed to a person',
      'ticket_id thread_id agent urgency status created_at answered_at closed_at',
    ),
    spend: view(
      'a row a call of a model; cost_usd is null where the model has no price',
      'started_at kind graph agent role provider model user_id api_key_id input_tokens output_tokens cost_usd outcome milliseconds',
    ),
    budget: view(
      'what may be spent; most is dollars where unit is usd, else tokens',
      'budget_id scope subject period unit most alerts created_at updated_at',
    ),
    budget_use: view(
      'what was spent of a budget in the period that begins then',
      'budget_id who begins spent reserved',
    ),
    api_key: view(
      'keys of the API, never their secrets',
      'key_id name role scopes graphs created_at last_used_at expires_at revoked_at',
    ),
    person: view('users of the tenant', 'user_id name role status last_login_at created_at'),
  },
  // A result is kept with its thread.
  limits: { rows: 200, bytes: 60_000 },
};

/** The policy without the tables that somebody may not read: they are not there. */
export function policyFor(rights: AccountRights): SqlPolicy {
  const shown = Object.entries(accountSqlPolicy.tables).filter(([name]) => mayRead(name, rights));
  return { ...accountSqlPolicy, tables: Object.fromEntries(shown) };
}

function mayRead(table: string, { runs, documents, tickets, usage, manages }: AccountRights): boolean {
  if (table === 'thread' || table === 'run') return runs;
  if (table === 'document' || table === 'collection') return documents;
  if (table === 'ticket') return tickets;
  return table === 'spend' ? usage !== 'none' : manages;
}

function view(description: string, columns: string): TablePolicy {
  return { description, columns: columns.split(' ') };
}
