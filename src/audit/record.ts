import type { Kysely } from 'kysely';
import { currentSettings, setRole } from '../db/role-settings.ts';
import type { Schema } from '../db/schema.ts';
import type { Statement } from '../db/wire/round-trip.ts';
import { asService, currentWork, type Work } from '../tenancy.ts';
import { append } from './append.ts';
import { type Actor, type Entry, noTenant, type Outcome } from './entry.ts';
import { insertRows, type NewRow } from './insert-rows.ts';
import { currentOrigin } from './origin.ts';
import { keepText, redactDetails } from './redact-details.ts';
import { rowDigest } from './row-digest.ts';
import { sealingKey } from './seal.ts';

/**
 * Adds a row to the audit: who did what to what. Rejects when it cannot be added, so that what must not happen unrecorded is done
 * in one transaction with it, and then happens with its row or not at all.
 *
 * In a transaction, hand in the transaction and call it last: it locks the end of the tenant's chain until the transaction is
 * over, and as long as that is the last lock that anybody takes, nobody waits in a circle. In a transaction, what goes into the chain of another
 * tenant than the work's, or of none, needs a transaction of the service. Returns the number of the row.
 */
export async function recordAction(db: Kysely<Schema>, entry: Entry): Promise<number> {
  const { row, apart } = rowOf(entry);
  const add = () => (db.isTransaction ? addInside(db, row) : append(db, row));
  const seq = await (apart && !db.isTransaction ? asService(add) : add());
  currentOrigin()?.recorded.push(row.outcome);
  return seq;
}

/** The same for whoever asks it of a connection of their own, outside of a transaction: what to ask together, and whom to tell once it is done. */
export function recordingOf(
  db: Kysely<Schema>,
  entry: Entry,
): { statements: Statement[]; recorded: () => void } {
  const { row, apart } = rowOf(entry);
  const setting = setRole(apart ? asService(currentSettings) : currentSettings());
  const { sql, parameters } = insertRows([row]).compile(db);
  return {
    statements: [...(setting ? [setting] : []), { text: sql, values: parameters }],
    recorded: () => void currentOrigin()?.recorded.push(row.outcome),
  };
}

async function addInside(trx: Kysely<Schema>, row: NewRow): Promise<number> {
  const { rows } = await insertRows([row]).execute(trx);
  const [added] = rows;
  if (!added) throw new Error('A row of the audit was not added.');
  return added.seq;
}

/** The row, and whether it goes into another chain than the work's own. */
function rowOf(entry: Entry): { row: NewRow & { outcome: Outcome }; apart: boolean } {
  const work = currentWork();
  const own = typeof work === 'object' ? work : undefined;
  const row = describe(entry, own);
  return { row, apart: row.tenant_id !== own?.tenant };
}

function describe(entry: Entry, work: Work | undefined) {
  const { action, target, details = {}, outcome = 'ok' } = entry;
  const origin = currentOrigin();
  const actor = entry.actor ?? actorOf(work) ?? origin?.actor ?? { kind: work ? 'service' : 'nobody' };
  const tenant_id = entry.tenant ?? work?.tenant ?? noTenant;
  const said = {
    tenant_id,
    at: new Date(),
    actor_kind: actor.kind,
    actor_id: short(actor.id),
    actor_name: short(actor.name),
    actor_role: short(actor.role),
    actor_tenant: actor.tenant === tenant_id ? null : short(actor.tenant),
    address: short(origin?.address),
    request_id: short(origin?.requestId),
    action,
    target_type: short(target?.type),
    target_id: short(target?.id),
    outcome,
    details: { ...redactDetails(details), ...runOf(work) },
    key_id: sealingKey(),
  };
  return { ...said, hash: rowDigest(said) ?? '' };
}

/** Who asked; in a run, on whose behalf it was started. */
function actorOf(work: Work | undefined): Actor | undefined {
  if (work?.caller) return work.caller;
  const { userId, keyId } = work?.run ?? {};
  if (userId !== undefined) return { kind: 'user', id: userId };
  return keyId === undefined ? undefined : { kind: 'key', id: keyId };
}

function runOf(work: Work | undefined) {
  return work?.run && { run: work.run.runId, thread: work.run.threadId, graph: work.run.graph };
}

/** Names and ids, of any origin: without what cannot be stored, and not endless. */
function short(text: string | undefined): string | null {
  return text === undefined ? null : keepText(text, 500);
}
