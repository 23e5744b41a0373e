import type { Config } from '../config.ts';
import { getRun } from '../db/runs.ts';
import { CallerError } from '../errors.ts';
import { readAllowList } from '../outbound/allow-list.ts';
import { checkAddress } from '../outbound/check-address.ts';
import { RefusedAddressError } from '../outbound/refused-address-error.ts';
import { postWebhook, type WebhookOutcome } from './post-webhook.ts';
import type { TurnContext } from './turns.ts';
import { webhookBody } from './webhook-body.ts';

export interface WebhookDelivery {
  runId: string;
  /** The same at every try, for receivers that have seen it. */
  deliveryId: string;
}

/**
 * Tells a run's end to the address that was given with the run: the whole run as JSON, signed by the Standard Webhooks
 * scheme (standardwebhooks.com) where there is a secret. Any answer of 2xx is success.
 *
 * Rejects when it had better be tried again later: no answer, or another one than 2xx and 410.
 */
export async function sendWebhook(
  context: TurnContext,
  { runId, deliveryId }: WebhookDelivery,
): Promise<WebhookOutcome> {
  const url = (await getRun(context.db, runId))?.webhook;
  const body = url && (await webhookBody(context, runId));
  if (!body) return 'gone';
  const outcome = await postWebhook(url, JSON.stringify(body), deliveryId, context.config.webhooks).catch(
    (error: unknown) => {
      if (!(error instanceof RefusedAddressError)) throw error;
      context.log.warn({ err: error, runId }, 'a webhook was refused');
      return 'refused' as const;
    },
  );
  context.log.info({ runId, deliveryId, outcome }, 'webhook');
  return outcome;
}

/** Throws a `CallerError` for an address that a webhook cannot be sent to. Where a name leads is seen when it is sent. */
export function checkWebhookUrl(url: string, { webhooks }: Pick<Config, 'webhooks'>): void {
  try {
    checkAddress(url, readAllowList(webhooks.allow));
  } catch (error) {
    if (!(error instanceof RefusedAddressError)) throw error;
    const issues = [{ path: 'webhook', message: error.message }];
    throw new CallerError('invalid-request', 'The webhook cannot be used.', { issues });
  }
}
