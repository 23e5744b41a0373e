import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { AuditTable } from '../db/tables/audit-tables.ts';

export type AuditRow = Selectable<AuditTable>;

/** Which rows. What is left out does not matter. */
export interface RowFilter {
  tenant: string;
  /** `key-create`, or `key-*` for all that begins so. */
  action?: string | undefined;
  /** The id of who acted, or the name. */
  actor?: string | undefined;
  /** The id of what was acted on, or its kind and its id: `thread:018f…`. */
  target?: string | undefined;
  outcome?: 'ok' | 'refused' | 'failed' | undefined;
  /** The first moment. */
  from?: Date | undefined;
  /** The first moment no more. */
  to?: Date | undefined;
}

/** At most `limit` rows, the newest first; those before the number `before` where it is given. */
export function newestRows(
  db: Kysely<Schema>,
  filter: RowFilter,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<AuditRow[]> {
  let query = select(db, filter).orderBy('seq', 'desc').limit(limit);
  if (before !== undefined) query = query.where('seq', '<', before);
  return query.execute();
}

/** Rows in their order, a batch at a time, beginning after the number `after`. */
export async function* rowsInOrder(
  db: Kysely<Schema>,
  filter: RowFilter,
  { after = 0, batch = 1_000 } = {},
): AsyncGenerator<AuditRow[]> {
  for (let last = after; ; ) {
    const rows = await select(db, filter).where('seq', '>', last).orderBy('seq').limit(batch).execute();
    if (rows.length > 0) yield rows;
    if (rows.length < batch) return;
    last = rows.at(-1)?.seq ?? last;
  }
}

function select(db: Kysely<Schema>, { tenant, action, actor, target, outcome, from, to }: RowFilter) {
  let query = db.selectFrom('baton.audit').selectAll().where('tenant_id', '=', tenant);
  if (action?.endsWith('*')) query = query.where('action', 'like', `${literal(action.slice(0, -1))}%`);
  else if (action !== undefined) query = query.where('action', '=', action);
  if (actor !== undefined)
    query = query.where((is) => is.or([is('actor_id', '=', actor), is('actor_name', '=', actor)]));
  if (target !== undefined) query = query.where((is) => is.or(targets(target).map((each) => is.and(each))));
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  return query;
}

/** An id may have a colon in it. */
function targets(target: string): { target_id: string; target_type?: string }[] {
  const colon = target.indexOf(':');
  if (colon < 0) return [{ target_id: target }];
  const parted = { target_type: target.slice(0, colon), target_id: target.slice(colon + 1) };
  return [{ target_id: target }, parted];
}

function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
