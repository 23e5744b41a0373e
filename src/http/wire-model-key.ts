import { z } from '@hono/zod-openapi';
import type { ShownKey } from '../db/model-keys.ts';
import type { KeyDesk } from '../model/pool/key-desk.ts';
import { keyLimitFields, keySecret, providerName } from '../model/pool/keys-section.ts';
import type { KeyChanges } from '../model/pool/manage-keys.ts';
import { keyStates } from '../model/pool/watch-keys.ts';

const count = z.int();

export const modelKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    source: z
      .enum(['database', 'environment', 'file', 'package'])
      .describe('Only what is in the database can be changed here.'),
    provider: z.string(),
    base_url: z.string().nullable().describe('Null: where the provider is known to be.'),
    models: z.array(z.string()).describe('Which it serves; empty: all.'),
    weight: count,
    max_concurrency: count.nullable(),
    requests_per_minute: count.nullable(),
    tokens_per_minute: count.nullable(),
    last_four: z.string().describe('Of the secret; empty where that is short or there is none.'),
    state: z.enum(keyStates).describe('As this process sees it.'),
    free_in_seconds: z.number().nullable().describe('When a key that rests is looked at again.'),
    counts: z
      .object({ running: count, requests: count, failures: count, tokens: count })
      .describe('What this process asked of it since it started, or since the key changed.'),
    created_at: z.iso.datetime().nullable(),
    updated_at: z.iso.datetime().nullable(),
  })
  .openapi('ModelKey');

export const modelKeyPageSchema = z.object({ keys: z.array(modelKeySchema) }).openapi('ModelKeyPage');

export const modelSecret = keySecret.describe('It is kept sealed and never shown.');

const limits = {
  weight: keyLimitFields.weight,
  max_concurrency: keyLimitFields.maxConcurrency,
  requests_per_minute: keyLimitFields.requestsPerMinute,
  tokens_per_minute: keyLimitFields.tokensPerMinute,
  models: keyLimitFields.models,
};
const name = z.string().trim().min(1).max(100);

export const newModelKeySchema = z
  .strictObject({
    provider: providerName,
    secret: modelSecret,
    name: name.optional().describe('The provider when left out.'),
    base_url: z
      .url({ protocol: /^https?$/, error: 'expected a URL that begins with https://' })
      .max(2_000)
      .optional()
      .describe('Where OpenAI’s protocol is spoken.'),
    weight: limits.weight.default(1),
    max_concurrency: limits.max_concurrency.default(null),
    requests_per_minute: limits.requests_per_minute.default(null),
    tokens_per_minute: limits.tokens_per_minute.default(null),
    models: limits.models.default([]),
  })
  .openapi('NewModelKey');

export const modelKeyChangesSchema = z
  .strictObject({ name, ...limits, disabled: z.boolean() })
  .partial()
  .openapi('ModelKeyChanges');

/** What a client asks to be changed, in our words. */
export function toKeyChanges(body: z.output<typeof modelKeyChangesSchema>): KeyChanges {
  const { max_concurrency, requests_per_minute, tokens_per_minute, ...same } = body;
  const asked = {
    ...same,
    maxConcurrency: max_concurrency,
    requestsPerMinute: requests_per_minute,
    tokensPerMinute: tokens_per_minute,
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

/** A key of the database, and what this process knows of it. */
export function wireModelKey(
  row: ShownKey,
  desk: KeyDesk | undefined,
  now: number,
): z.output<typeof modelKeySchema> {
  return {
    id: row.key_id,
    name: row.name,
    source: 'database',
    provider: row.provider,
    base_url: row.base_url,
    models: row.models,
    weight: row.weight,
    max_concurrency: row.max_concurrency,
    requests_per_minute: row.requests_per_minute,
    tokens_per_minute: row.tokens_per_minute,
    last_four: row.last_four,
    ...wireHealth(desk, now),
    ...(row.disabled && { state: 'disabled' as const }),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** A key that came from the environment or a file. */
export function wireFixedKey(desk: KeyDesk, now: number): z.output<typeof modelKeySchema> {
  const { id, name, source, provider, baseUrl = null, secret = '', limits: of } = desk.key;
  return {
    id,
    name,
    source,
    provider,
    base_url: baseUrl,
    models: [...of.models],
    weight: of.weight,
    max_concurrency: of.maxConcurrency,
    requests_per_minute: of.requestsPerMinute,
    tokens_per_minute: of.tokensPerMinute,
    last_four: secret.length >= 16 ? secret.slice(-4) : '',
    ...wireHealth(desk, now),
    created_at: null,
    updated_at: null,
  };
}

function wireHealth(desk: KeyDesk | undefined, now: number) {
  if (!desk) {
    const counts = { running: 0, requests: 0, failures: 0, tokens: 0 };
    return { state: 'ready' as const, free_in_seconds: null, counts };
  }
  const restMs = desk.health.freeAt - now;
  return {
    state: desk.state(now),
    free_in_seconds: restMs > 0 ? Math.ceil(restMs / 1000) : null,
    counts: { running: desk.running, ...desk.counts },
  };
}
