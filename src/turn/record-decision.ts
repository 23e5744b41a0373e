import type { Kysely } from 'kysely';
import { recordAction } from '../audit/record.ts';
import { readLastEvent } from '../db/last-event.ts';
import type { Schema } from '../db/schema.ts';
import type { Json } from '../message.ts';

export interface Decision {
  threadId: string;
  runId: string;
  /** What the person answered. */
  resume: Json;
}

/**
 * Records who decided what about the calls that a thread waits with, together with the turn that goes on from there. To be called in a
 * transaction, at its end.
 */
export async function recordDecision(
  trx: Kysely<Schema>,
  { threadId, runId, resume }: Decision,
): Promise<void> {
  const asked = await readLastEvent(trx, { threadId }, 'interrupted');
  await recordAction(trx, {
    action: 'call-decide',
    target: { type: 'thread', id: threadId },
    outcome: isRefusal(resume) ? 'refused' : 'ok',
    details: { run: runId, decision: resume, asked: asked?.interrupts ?? null },
  });
}

/** Whether everything was refused that was asked: see `askApproval`. */
function isRefusal(resume: Json): boolean {
  if (resume === 'refuse') return true;
  if (resume === null || typeof resume !== 'object' || Array.isArray(resume)) return false;
  if (resume.decision === 'refuse') return true;
  const each = Object.values(resume);
  return each.length > 0 && each.every((decision) => isRefusal(decision));
}
