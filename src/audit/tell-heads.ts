import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Logger } from '../log.ts';
import { asService } from '../tenancy.ts';
import { readHeads } from './head.ts';

/**
 * A chore that writes the heads of chains that went on to the log, once an hour: where logs are kept elsewhere, nobody cuts off
 * what was recorded by then without being found out. `baton audit verify --heads` reads such lines.
 */
export function tellHeads(
  db: Kysely<Schema>,
  log: Logger,
  { everyMs = 3_600_000 } = {},
): () => Promise<void> {
  const told = new Map<string, number>();
  let last = Number.NEGATIVE_INFINITY;
  return async function tellHeads() {
    if (performance.now() - last < everyMs) return;
    const heads = await asService(() => readHeads(db));
    last = performance.now();
    for (const head of heads) {
      if (told.get(head.tenant) === head.seq) continue;
      log.info({ auditHead: head }, 'the audit reaches to here');
      told.set(head.tenant, head.seq);
    }
  };
}
