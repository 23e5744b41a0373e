import { handOnEvents, tenantsWithEvents } from '../knowledge/events/hand-on-events.ts';
import { readEvent } from '../knowledge/events/read-events.ts';
import { RefusedAddressError } from '../outbound/refused-address-error.ts';
import { asService, currentTenant, inTenant } from '../tenancy.ts';
import { postWebhook, type WebhookOutcome } from './post-webhook.ts';
import type { TurnContext } from './turns.ts';

/** Hands on what happened to what tenants have, each event once. Any number of processes may do it at once. */
export async function queueDomainEvents({ db, queue }: Pick<TurnContext, 'db' | 'queue'>): Promise<void> {
  for (const tenant of await asService(() => tenantsWithEvents(db)))
    await inTenant(tenant, () => handOnEvents(db, queue));
}

/**
 * Tells an event to the address that its collection named when it happened, as the end of a run is told. Rejects when it is to be
 * tried again. Events may be told out of order: their ids say which came first.
 */
export async function sendDomainEvent(
  { db, config, log }: Pick<TurnContext, 'db' | 'config' | 'log'>,
  { eventNo, deliveryId }: { eventNo: number; deliveryId: string },
): Promise<WebhookOutcome> {
  const found = await readEvent(db, eventNo);
  if (!found?.webhook) return 'gone';
  const body = JSON.stringify({ ...found.event, tenant: currentTenant() });
  const outcome = await postWebhook(found.webhook, body, deliveryId, config.webhooks).catch(
    (error: unknown) => {
      if (!(error instanceof RefusedAddressError)) throw error;
      log.warn({ err: error, eventNo }, 'an event was refused');
      return 'refused' as const;
    },
  );
  log.info({ eventNo, deliveryId, outcome }, 'domain event');
  return outcome;
}
