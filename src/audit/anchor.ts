import type { Selectable } from 'kysely';
import type { AuditHeadTable } from '../db/tables/audit-tables.ts';
import { digest, sealingKey } from './seal.ts';

/** Where a chain begins since its oldest rows went: the last of those. */
type Anchor = Pick<
  Selectable<AuditHeadTable>,
  'tenant_id' | 'anchor_seq' | 'anchor_hash' | 'anchor_key_id' | 'anchor_seal'
>;

/** The seal of an anchor under the named key; undefined without one, or when this process does not have it. */
export function anchorSeal(tenant: string, seq: number, hash: string, id: string | null): string | undefined {
  return id === null ? undefined : digest(['anchor', tenant, seq, hash], id);
}

/** What is wrong with the place where a chain begins; undefined when nothing is. */
export function anchorFault(anchor: Anchor): string | undefined {
  const { tenant_id, anchor_seq, anchor_hash, anchor_key_id, anchor_seal } = anchor;
  if (anchor_seq === 0) return undefined;
  const until = `That rows up to ${anchor_seq} grew too old and went`;
  if (anchor_key_id === null) return sealingKey() === null ? undefined : `${until} is not sealed.`;
  const seal = anchorSeal(tenant_id, anchor_seq, anchor_hash, anchor_key_id);
  if (seal === undefined) return `${until} is sealed with a key that BATON_AUDIT_KEY does not hold.`;
  return seal === anchor_seal ? undefined : `${until} is not what was sealed.`;
}
