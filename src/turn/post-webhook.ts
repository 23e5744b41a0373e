import type { Config } from '../config.ts';
import { type GuardedAnswer, guardedFetch } from '../outbound/guarded-fetch.ts';

/** `gone`: nobody wants it, or there is nothing to tell of. `refused`: it may not be sent there. Neither is tried again. */
export type WebhookOutcome = 'sent' | 'gone' | 'refused';

const timeoutMs = 10_000;

/**
 * Posts JSON to an address of a caller's, signed by the Standard Webhooks scheme (standardwebhooks.com) where there is a secret. Any
 * answer of 2xx is success. Rejects when it had better be tried again later, and with a `RefusedAddressError`.
 */
export async function postWebhook(
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
      ...(secret && { 'webhook-signature': await sign(secret, deliveryId, now, body) }),
    },
    body,
    timeoutMs,
    maxBytes: 0, // nothing in it matters
    allow,
  });
  return outcomeOf(answer);
}

async function sign(secret: string, deliveryId: string, at: Date, body: string): Promise<string> {
  const { Webhook } = await import('standardwebhooks');
  return new Webhook(secret).sign(deliveryId, at, body);
}

function outcomeOf({ status }: GuardedAnswer): WebhookOutcome {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 410) return 'gone';
  throw new Error(`The webhook was answered with ${status}.`);
}
