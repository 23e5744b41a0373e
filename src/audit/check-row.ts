import type { AuditRow } from './read-rows.ts';
import { rowDigest } from './row-digest.ts';
import { link } from './seal.ts';

/** A row, as the one after it sees it. */
export interface Place {
  seq: number;
  hash: string;
  sealed: boolean;
}

/** What else is known: where the chain ends, and which hash the row had when somebody wrote it down. */
export interface Known {
  end: number;
  kept?: string | undefined;
}

/** What is wrong with a row that comes after the given one, and at which row; undefined when nothing is. */
export function rowFault(
  row: AuditRow,
  previous: Place,
  { end, kept }: Known,
): { seq: number; what: string } | undefined {
  const missing = previous.seq + 1;
  if (row.seq > missing) return { seq: missing, what: `Row ${missing} is missing.` };
  const what =
    (row.seq > end &&
      `Row ${row.seq} stands behind the end of the chain, which is row ${end}: it was put in.`) ||
    (row.prev_hash !== previous.hash &&
      `Row ${row.seq} does not follow row ${previous.seq}: one of them is another row than was there, or was changed with its hash.`) ||
    sealFault(row, previous) ||
    (kept !== undefined &&
      kept !== row.hash &&
      `Row ${row.seq} is another than the head that was kept says.`);
  return what ? { seq: row.seq, what } : undefined;
}

function sealFault(row: AuditRow, previous: Place): string | undefined {
  if (previous.sealed && row.key_id === null)
    return `Row ${row.seq} is not sealed, and the row before it is: it was written by somebody without the key.`;
  const { seq, prev_hash, hash, ...said } = row;
  const digest = rowDigest(said);
  if (digest === undefined)
    return `Row ${seq} is sealed with the key ${row.key_id}, which BATON_AUDIT_KEY does not hold.`;
  if (link(prev_hash, seq, digest) !== hash) return `Row ${seq} says something else than when it was added.`;
  return undefined;
}
