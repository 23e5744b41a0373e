import { RefusedAddressError } from '../outbound/refused-address-error.ts';
import { asService, inTenant } from '../tenancy.ts';
import { showDollars } from '../usage/dollars.ts';
import { readAlert, takeAlerts, tenantsWithAlerts } from '../usage/take-alerts.ts';
import { postWebhook, type WebhookOutcome } from './post-webhook.ts';
import type { TurnContext } from './turns.ts';

/** Hands alerts of budgets that nobody was told of to the queue, each once. Any number of processes may do it at once. */
export async function queueAlerts({ db, queue }: Pick<TurnContext, 'db' | 'queue'>): Promise<void> {
  for (const tenant of await asService(() => tenantsWithAlerts(db))) {
    await inTenant(tenant, () =>
      db.transaction().execute(async (trx) => {
        for (const alertId of await takeAlerts(trx)) await queue.addJob(trx, 'alert', { alertId });
      }),
    );
  }
}

/** Tells an alert to the address that its budget names, as the end of a run is told. Rejects when it is to be tried again. */
export async function sendAlert(
  { db, config, log }: Pick<TurnContext, 'db' | 'config' | 'log'>,
  { alertId, deliveryId }: { alertId: string; deliveryId: string },
): Promise<WebhookOutcome> {
  const alert = await readAlert(db, alertId);
  if (!alert?.webhook) return 'gone';
  const { webhook, spent, most, tenant_id, ...told } = alert;
  const amounts =
    alert.unit === 'usd'
      ? { limit_usd: showDollars(most), spent_usd: showDollars(spent) }
      : { limit_tokens: most, spent_tokens: spent };
  const body = JSON.stringify({ type: 'budget.alert', tenant: tenant_id, ...told, ...amounts });
  const outcome = await postWebhook(webhook, body, deliveryId, config.webhooks).catch((error: unknown) => {
    if (!(error instanceof RefusedAddressError)) throw error;
    log.warn({ err: error, alertId }, 'an alert was refused');
    return 'refused' as const;
  });
  log.info({ alertId, deliveryId, outcome }, 'alert');
  return outcome;
}
