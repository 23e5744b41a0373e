import { Webhook } from 'standardwebhooks';
import type { Config } from '../config.ts';
import { getRun } from '../db/runs.ts';
import { CallerError } from '../errors.ts';
import { readAllowList } from '../outbound/allow-list.ts';
import { checkAddress } from '../outbound/check-address.ts';
import { type GuardedAnswer, guardedFetch } from '../outbound/guarded-fetch.ts';
import { RefusedAddressError } from '../outbound/refused-address-error.ts';
import type { TurnContext } from './turns.ts';
import { webhookBody } from './webhook-body.ts';

export interface WebhookDelivery {
  runId: string;
  /** The same at every try, for receivers that have seen it. */
  deliveryId: string;
}

/** `gone`: nobody wants it, or there is no run to tell of. `refused`: it may not be sent there. Neither is tried again. */
export type WebhookOutcome = 'sent' | 'gone' | 'refused';

const timeoutMs = 10_000;

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
  const outcome = await post(url, JSON.stringify(body), deliveryId, context.config.webhooks).catch(
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

async function post(
  url: string,
  body: string,
  deliveryId: string,
  { secret, allow }: Config['webhooks'],
): Promise<WebhookOutcome> {
  const now = new Date();
  const answer = await guardedFetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Baton-Webhook/1',
      'webhook-id': deliveryId,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      ...(secret && { 'webhook-signature': new Webhook(secret).sign(deliveryId, now, body) }),
    },
    body,
    timeoutMs,
    maxBytes: 0, // nothing in it matters
    allow,
  });
  return outcomeOf(answer);
}

function outcomeOf({ status }: GuardedAnswer): WebhookOutcome {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 410) return 'gone';
  throw new Error(`The webhook was answered with ${status}.`);
}
