import { createReadStream } from 'node:fs';
import { type Head, headSchema, readHeads } from '../audit/head.ts';
import { newestRows, type RowFilter, rowsInOrder } from '../audit/read-rows.ts';
import { showRow } from '../audit/show-row.ts';
import { type Verdict, verifyChain } from '../audit/verify-chain.ts';
import type { Database } from '../db/open-database.ts';
import { CallerError } from '../errors.ts';
import { printable } from '../printable.ts';
import { asService } from '../tenancy.ts';
import { readLines } from './read-lines.ts';

export interface AuditCommand {
  db: Database['db'];
  output: NodeJS.WritableStream;
}

/** Prints the newest rows, one a line, the newest last. What others wrote cannot pass for more than a name. */
export async function listAudit(
  { db, output }: AuditCommand,
  filter: RowFilter,
  limit: number,
): Promise<void> {
  const rows = await asService(() => newestRows(db, filter, { limit }));
  for (const row of rows.reverse()) {
    const { seq, at, action, outcome, actor_kind, actor_id, actor_name, target_type, target_id, address } =
      row;
    const who = `${actor_kind}:${actor_name ?? actor_id ?? '-'}`;
    const target = target_type === null ? '-' : `${target_type}:${target_id ?? '-'}`;
    const details = Object.keys(row.details).length > 0 ? JSON.stringify(row.details) : '';
    const cells = [String(seq), at.toISOString(), outcome, action, who, target, address ?? '-', details];
    output.write(`${cells.map(printable).join('  ').trimEnd()}\n`);
  }
}

/** Prints rows as JSON lines, in their order, with their hashes. */
export function exportAudit({ db, output }: AuditCommand, filter: RowFilter): Promise<void> {
  return asService(async () => {
    for await (const rows of rowsInOrder(db, filter)) {
      const lines = rows.map((row) => `${JSON.stringify(showRow(row))}\n`).join('');
      if (!output.write(lines)) await new Promise((resolve) => output.once('drain', resolve));
    }
  });
}

/** Prints the heads of all chains, or of one, as JSON lines: to be kept where nobody can change them who can change the database. */
export async function printHeads({ db, output }: AuditCommand, tenant?: string): Promise<void> {
  const heads = await asService(() => readHeads(db, tenant));
  for (const head of heads) output.write(`${JSON.stringify(head)}\n`);
}

export interface VerifyCommand extends AuditCommand {
  /** Absent: all chains, also those that only a kept head knows of. */
  tenant?: string | undefined;
  from?: number | undefined;
  /** A file of lines as `printHeads` prints them, or of the service's log. */
  headsFile?: string | undefined;
  progress?: (what: string, done: number, total: number) => void;
}

/** Verifies chains and prints what it found. Resolves with whether all of them hold. */
export async function verifyAudit(command: VerifyCommand): Promise<boolean> {
  const { db, output, tenant, from, headsFile, progress } = command;
  const heads = headsFile === undefined ? [] : await readKept(headsFile);
  return asService(async () => {
    const found = (await readHeads(db, tenant)).map((head) => head.tenant);
    const known = tenant === undefined ? heads.map((head) => head.tenant) : [tenant];
    let whole = true;
    for (const each of [...new Set([...found, ...known])].sort()) {
      const verdict = await verifyChain(db, each, {
        ...(from !== undefined && { from }),
        heads,
        progress: (done, total) => progress?.(`${printable(each)}: rows`, done, total),
      });
      output.write(`${tell(verdict)}\n`);
      whole &&= verdict.broken === undefined;
    }
    return whole;
  });
}

function tell({ tenant, rows, last, sealedFrom, broken }: Verdict): string {
  const name = tenant === '-' ? 'no tenant' : printable(tenant);
  if (broken) return `${name}: BROKEN at row ${broken.seq}. ${broken.what} ${rows} rows before it hold.`;
  const seal = sealedFrom === undefined ? 'not sealed' : `sealed from row ${sealedFrom} on`;
  return `${name}: ${rows} rows hold, up to row ${last}; ${rows === 0 ? 'nothing to seal' : seal}.`;
}

/** Lines that are no heads are passed over, but a file without any is no proof of anything. */
async function readKept(file: string): Promise<Head[]> {
  const heads: Head[] = [];
  for await (const line of readLines(createReadStream(file), 100_000)) {
    const read = parse(line);
    const head = headSchema.safeParse(read?.auditHead ?? read);
    if (head.success) heads.push(head.data);
  }
  if (heads.length === 0) throw new CallerError('invalid-request', `There is no head in ${file}.`);
  return heads;
}

function parse(line = ''): { auditHead?: unknown } | undefined {
  try {
    return JSON.parse(line) as { auditHead?: unknown }; // checked by the schema
  } catch {
    return undefined;
  }
}
