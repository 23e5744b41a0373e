import { tellHeads } from '../audit/tell-heads.ts';
import { trimAudit } from '../audit/trim-audit.ts';
import { analyzeGrown } from '../db/analyze-grown.ts';
import { sweepAnswers } from '../db/cached-answers.ts';
import { isEmbedded } from '../db/is-embedded.ts';
import type { Database } from '../db/open-database.ts';
import { sweepEvals } from '../db/sweep-evals.ts';
import { vacuumEmbedded } from '../db/vacuum-embedded.ts';
import { sweepIdentity } from '../identity/sweep-identity.ts';
import { sweepEvents } from '../knowledge/events/sweep-events.ts';
import { sweepContent } from '../knowledge/ingest/sweep-content.ts';
import type { Readers } from '../knowledge/read/open-readers.ts';
import { sweepCounts } from '../limits/database-store.ts';
import type { Embedder } from '../model/embedder.ts';
import { embedItems } from '../store/embed-items.ts';
import { sweepStore } from '../store/sweep-store.ts';
import { asOwner } from '../tenancy.ts';
import { forgetUses } from '../usage/forget-uses.ts';
import { releaseLost } from '../usage/release-lost.ts';
import { every, keepHouse } from './keep-house.ts';
import { readmitCrons } from './plan-cron.ts';
import { readmitDocuments } from './readmit-documents.ts';
import { queueAlerts, sendAlert } from './send-alert.ts';
import { queueDomainEvents, sendDomainEvent } from './send-domain-event.ts';
import { sendWebhook } from './send-webhook.ts';
import { sweepThreads } from './sweep-threads.ts';
import { tendKnowledge } from './tend-knowledge.ts';
import type { TurnContext } from './turns.ts';
import { workOffRuns } from './work-off-runs.ts';

/** What a process works with that carries out runs. */
export interface WorkContext extends TurnContext {
  database: Database;
  embedder: Embedder;
  readers: Readers;
}

/** How often tables are looked at that grow, whose statements need other plans. */
const countEveryMs = 5_000;

/** Begins to carry out runs. The embedded database has no other process: what it says is under way is not. */
export async function startWork(
  context: WorkContext,
  patient: Pick<Database, 'db'>,
): Promise<{ stop(): void; end(): Promise<void> }> {
  if (context.database.kind === 'pglite') await context.queue.releaseClaims();
  const work = workOffRuns(context);
  const rest = keepHouse(context, [
    () => sweepThreads(context),
    () => sweepStore(context.db),
    () => sweepAnswers(context.db),
    () => sweepCounts(context.db),
    () => sweepIdentity(context.db),
    () => readmitCrons(context),
    () => readmitDocuments(context),
    () => releaseLost(context.db),
    () => forgetUses(context.db),
    () => queueAlerts(context),
    () => sweepContent(context.db),
    () => sweepEvents(context.db, context.config.retention.eventDays),
    () => sweepEvals(context.db, context.config.evals.days),
    () => trimAudit(context.db, context.config.audit.days),
    tellHeads(context.db, context.log),
    ...(isEmbedded(context.db) ? [() => asOwner(() => vacuumEmbedded(context.db))] : []),
  ]);
  const telling = every(1_000, context.log, () => queueDomainEvents(context));
  const counting = every(countEveryMs, context.log, async () => {
    await asOwner(() => analyzeGrown(patient.db));
  });
  void embedItems(patient.db, context.embedder).catch((error: unknown) =>
    context.log.warn({ err: error }, 'items of the store are not embedded with this model yet'),
  );
  const endAll = () => {
    work.end();
    telling();
    counting();
    rest();
  };
  try {
    await workOffSideJobs(context);
    const knowledge = await tendKnowledge(context, patient.db);
    return {
      stop: work.stop,
      async end() {
        endAll();
        await knowledge();
      },
    };
  } catch (error) {
    work.stop();
    endAll();
    throw error;
  }
}

/** What turns leave to be done, and is tried again until it is. */
async function workOffSideJobs(context: WorkContext): Promise<void> {
  await context.queue.workOff('webhook', async ({ id, data }) => {
    await sendWebhook(context, { ...(data as { runId: string }), deliveryId: id }); // as carryOut adds it
  });
  await context.queue.workOff('alert', async ({ id, data }) => {
    await sendAlert(context, { ...(data as { alertId: string }), deliveryId: id }); // as queueAlerts adds it
  });
  await context.queue.workOff('domain-event', async ({ id, data }) => {
    await sendDomainEvent(context, { ...(data as { eventNo: number }), deliveryId: id }); // as handOnEvents adds it
  });
}
