import { createHash } from 'node:crypto';
import { currentWork, localTenant } from '../tenancy.ts';

/** Who pays for a model call. */
export interface Payer {
  tenant: string;
  userId?: string;
  apiKeyId?: string;
  threadId?: string;
  runId?: string;
  graph?: string;
  /** What the service does for itself is written down as the local tenant's, and no budget keeps it from starting. */
  exempt: boolean;
}

/** On whose behalf the code that asks is running. */
export function currentPayer(): Payer {
  const work = currentWork();
  if (typeof work !== 'object') return { tenant: localTenant, exempt: true };
  const { tenant, caller, run } = work;
  const userId = run?.userId ?? (caller?.kind === 'user' || caller?.kind === 'token' ? caller.id : undefined);
  const apiKeyId = run?.keyId ?? (caller?.kind === 'key' ? caller.id : undefined);
  return {
    tenant,
    exempt: false,
    ...(userId !== undefined && { userId: plain(userId) }),
    ...(apiKeyId !== undefined && { apiKeyId }),
    ...(run && { graph: run.graph }),
    ...(run && !run.aside && { threadId: run.threadId, runId: run.runId }),
  };
}

/** Issuers choose what their subjects look like; Postgres takes neither NUL nor half a surrogate pair, nor long texts in an index. */
function plain(id: string): string {
  const text = id.replaceAll('\u0000', '').toWellFormed();
  if (text.length <= longestId) return text;
  return `${text.slice(0, 100).toWellFormed()}…${createHash('sha256').update(id).digest('hex')}`;
}

const longestId = 500;
