import { z } from 'zod';
import { tenantIdPattern } from '../../tenancy.ts';

const count = z.int('expected a whole number').min(1, 'expected 1 or more').max(10_000_000);

/** What a key of a file and one of the database may say alike. */
export const keyLimitFields = {
  weight: z.int('expected a whole number').min(1, 'expected 1 or more').max(1_000, 'expected at most 1000'),
  maxConcurrency: count.nullable().describe('Requests at once, of each process.'),
  requestsPerMinute: count.nullable().describe('Of each process.'),
  tokensPerMinute: count.nullable().describe('Of each process, input and output.'),
  models: z
    .array(z.string().trim().min(1).max(200))
    .max(100)
    .describe('The models that it serves, without the provider; empty: all.'),
};

/** A secret, as it goes into a header. */
export const keySecret = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{8,4096}$/, 'expected 8 to 4096 characters of ASCII without blanks');

/** A provider, as it stands before the colon in `provider:model`. */
export const providerName = z
  .string()
  .regex(/^(?!(?:offline|local)$)[a-z][\w.-]{0,62}$/, 'expected a provider such as openai');

const { weight, maxConcurrency, requestsPerMinute, tokensPerMinute, models } = keyLimitFields;

const keySchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z][\w-]{0,63}$/, 'expected letters, digits, hyphens and underscores'),
  provider: providerName,
  secret: z
    .string()
    .regex(/^(env:[A-Za-z_]\w*|file:\/\S+)$/, 'expected env:NAME or file:/path, never the secret itself')
    .optional()
    .describe('Where the secret is: env:NAME or file:/path. A server of your own may want none.'),
  tenant: z
    .string()
    .regex(tenantIdPattern, 'expected a tenant’s id')
    .optional()
    .describe('Whose it is; absent: for all who have no key of their own.'),
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
    .refine((url) => !new URL(url).username, 'expected a URL without a user and a password')
    .optional()
    .describe('Where OpenAI’s protocol is spoken; absent: where the provider is known to.'),
  weight: weight.default(1).describe('How much it is asked in proportion to the others.'),
  maxConcurrency: maxConcurrency.default(null),
  requestsPerMinute: requestsPerMinute.default(null),
  tokensPerMinute: tokensPerMinute.default(null),
  models: models.default([]),
  disabled: z.boolean().default(false),
});

/** The section `keys:` of a project's `models.yaml`. */
export const keysSchema = z
  .array(keySchema)
  .max(1_000)
  .refine(
    (keys) => new Set(keys.map(({ id }) => id)).size === keys.length,
    'expected each id of a key only once',
  )
  .describe('Keys of providers, beside those of the environment and of the database.');

export type KeysSection = z.output<typeof keysSchema>;
