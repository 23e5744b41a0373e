import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../db/schema.ts';
import { digest, sealingKey } from './seal.ts';

/**
 * Where a chain ended at a moment: to be kept where whoever can rewrite the database cannot. A chain that is verified against it
 * has lost nothing of what came before.
 */
export interface Head {
  tenant: string;
  seq: number;
  hash: string;
  /** When it was read. */
  at: string;
  key_id: string | null;
  /** Under the key; null without one. */
  seal: string | null;
}

export const headSchema = z.object({
  tenant: z.string(),
  seq: z.int().min(0),
  hash: z.string(),
  at: z.string(),
  key_id: z.string().nullable(),
  seal: z.string().nullable(),
});

/** The heads of all chains, or of one tenant's. To be called as the service. */
export async function readHeads(db: Kysely<Schema>, tenant?: string): Promise<Head[]> {
  let query = db.selectFrom('baton.audit_head').select(['tenant_id', 'seq', 'hash']).orderBy('tenant_id');
  if (tenant !== undefined) query = query.where('tenant_id', '=', tenant);
  const at = new Date().toISOString();
  const key_id = sealingKey();
  return (await query.execute()).map(({ tenant_id, seq, hash }) => {
    const head = { tenant: tenant_id, seq, hash, at, key_id };
    return { ...head, seal: sealOf(head) ?? null };
  });
}

/** Whether a head is what was read, as far as can be told: without a seal it is, and with one of an unknown key it is not. */
export function isGenuine(head: Head): boolean {
  return head.key_id === null ? head.seal === null : sealOf(head) === head.seal;
}

function sealOf({ tenant, seq, hash, at, key_id }: Omit<Head, 'seal'>): string | undefined {
  return key_id === null ? undefined : digest(['head', tenant, seq, hash, at], key_id);
}
