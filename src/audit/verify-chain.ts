import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { AuditHeadTable } from '../db/tables/audit-tables.ts';
import { anchorFault } from './anchor.ts';
import { type Place, rowFault } from './check-row.ts';
import { type Head, isGenuine } from './head.ts';
import { rowsInOrder } from './read-rows.ts';

/** What was found. */
export interface Verdict {
  tenant: string;
  /** How many rows were looked at and hold. */
  rows: number;
  /** The number of the last of them. */
  last: number;
  /** The first of them that a key sealed. */
  sealedFrom?: number;
  /** What is wrong first, and at which row. */
  broken?: Fault;
}

interface Fault {
  seq: number;
  what: string;
}

export interface VerifyOptions {
  /** The first row to look at; the row before it is taken as it is. */
  from?: number;
  /** Heads that were kept elsewhere. */
  heads?: Head[];
  /** Hears after each batch how many rows hold, and how many there are about. */
  progress?: (done: number, total: number) => void;
}

type Ends = Selectable<AuditHeadTable>;

/**
 * Computes a tenant's chain anew and says what is wrong first: a row that was changed, is missing, stands in another's place or was
 * put in; an end that was cut off, by the head and by heads that were kept elsewhere. To be called as the service.
 */
export function verifyChain(
  db: Kysely<Schema>,
  tenant: string,
  { from = 1, heads = [], progress }: VerifyOptions = {},
): Promise<Verdict> {
  const kept = heads.filter((head) => head.tenant === tenant);
  return db
    .transaction()
    .setIsolationLevel('repeatable read') // rows come and go meanwhile
    .execute(async (trx) => {
      const ends = await readEnds(trx, tenant);
      const verdict: Verdict = { tenant, rows: 0, last: Math.max(from - 1, ends.anchor_seq) };
      const broken =
        headsFault(kept, ends) ??
        startFault(ends) ??
        (await walk(trx, ends, { from, kept, verdict, progress }));
      return { ...verdict, ...(broken && { broken }) };
    });
}

async function readEnds(db: Kysely<Schema>, tenant: string): Promise<Ends> {
  const none = '0'.repeat(64);
  const ends = await db
    .selectFrom('baton.audit_head')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .executeTakeFirst();
  const nothing = {
    seq: 0,
    hash: none,
    anchor_seq: 0,
    anchor_hash: none,
    anchor_key_id: null,
    anchor_seal: null,
  };
  return ends ?? { tenant_id: tenant, ...nothing };
}

/** What the heads that were kept say of where the chain ends. */
function headsFault(kept: Head[], { seq, anchor_seq, anchor_hash }: Ends): Fault | undefined {
  for (const head of kept) {
    const at = `the head of ${head.at} that was kept`;
    if (!isGenuine(head))
      return { seq: head.seq, what: `The seal of ${at} does not fit, or its key is not known.` };
    if (head.seq > seq)
      return { seq: seq + 1, what: `The chain ends with row ${seq}; ${at} ended with row ${head.seq}.` };
    if (head.seq > 0 && head.seq === anchor_seq && head.hash !== anchor_hash)
      return { seq: head.seq, what: `${at} says that row ${head.seq}, which was trimmed, was another one.` };
  }
  return undefined;
}

function startFault(ends: Ends): Fault | undefined {
  const what = anchorFault(ends);
  return what === undefined ? undefined : { seq: ends.anchor_seq, what };
}

interface Walk {
  from: number;
  kept: Head[];
  verdict: Verdict;
  progress: VerifyOptions['progress'];
}

async function walk(
  db: Kysely<Schema>,
  ends: Ends,
  { from, kept, verdict, progress }: Walk,
): Promise<Fault | undefined> {
  const { tenant_id: tenant, anchor_seq } = ends;
  const start = await findStart(db, ends, from);
  if (!start) return { seq: from - 1, what: `Row ${from - 1} is missing.` };
  const expected = new Map(kept.map(({ seq, hash }) => [seq, hash]));
  let previous: Place = start;
  for await (const rows of rowsInOrder(db, { tenant }, { after: previous.seq })) {
    for (const row of rows) {
      const what = rowFault(row, previous, { end: ends.seq, kept: expected.get(row.seq) });
      if (what !== undefined) return { seq: what.seq, what: what.what };
      previous = { seq: row.seq, hash: row.hash, sealed: row.key_id !== null };
      if (previous.sealed) verdict.sealedFrom ??= row.seq;
      verdict.rows += 1;
      verdict.last = row.seq;
    }
    progress?.(verdict.rows, ends.seq - Math.max(anchor_seq, from - 1));
  }
  return endFault(previous, ends);
}

/** The place before the first row to look at. */
async function findStart(
  db: Kysely<Schema>,
  { tenant_id, anchor_seq, anchor_hash }: Ends,
  from: number,
): Promise<Place | undefined> {
  if (from <= anchor_seq + 1) return { seq: anchor_seq, hash: anchor_hash, sealed: false };
  const row = await db
    .selectFrom('baton.audit')
    .select(['seq', 'hash', 'key_id'])
    .where('tenant_id', '=', tenant_id)
    .where('seq', '=', from - 1)
    .executeTakeFirst();
  return row && { seq: row.seq, hash: row.hash, sealed: row.key_id !== null };
}

function endFault(last: Place, { seq, hash }: Ends): Fault | undefined {
  if (last.seq < seq) {
    const missing =
      last.seq + 1 === seq ? `Row ${seq}, the last, is` : `Rows ${last.seq + 1} to ${seq}, the last, are`;
    return { seq: last.seq + 1, what: `${missing} missing.` };
  }
  if (last.hash !== hash) return { seq, what: `Row ${seq} is not the one that the head knows as the last.` };
  return undefined;
}
