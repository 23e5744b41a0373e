import { z } from '@hono/zod-openapi';
import type { JsonObject } from '../../message.ts';
import { jsonObjectSchema } from '../json-schema.ts';

export const collectionName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected lower-case letters, digits, _ and -, 63 at most');

export const publishStates = ['draft', 'published', 'archived'] as const;

const language = z
  .string()
  .regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8}){0,4}$/, 'expected a language such as en or pt-BR')
  .describe('Absent: as the document says, or as it reads.');
const title = z.string().trim().min(1).max(500);
const webUrl = z
  .url({ protocol: /^https?$/, error: 'expected a URL of http or https' })
  .max(1000)
  .refine(hasNoCredentials, 'expected a URL without a user name or password');
export const tag = z.string().trim().min(1).max(100);

/** What people say of a document that is there, too. */
export const changingFields = {
  title: title.nullable(),
  language: language.nullable(),
  url: webUrl.nullable().describe('Where people read it.'),
  tags: z
    .array(tag)
    .max(50)
    .transform((list) => [...new Set(list)]),
  metadata: (jsonObjectSchema as z.ZodType<JsonObject>)
    .refine((value) => JSON.stringify(value).length <= 16_384, 'is longer than 16 kB')
    .describe('For filters of searches.'),
  publish: z
    .enum(publishStates)
    .describe('Only what is `published` is found; it is so unless something else is said.'),
};

/** What people say of a document that they bring. */
export const broughtFields = {
  ...changingFields,
  title,
  language,
  url: webUrl.describe('Where people read it.'),
  key: z
    .string()
    .trim()
    .min(1)
    .max(1000)
    .describe('What you call it: a path, an address. Bringing another one under its key changes it.'),
  name: z
    .string()
    .max(255)
    .transform(plainName)
    .refine((name) => name !== '', 'expected a name')
    .describe('Of the file.'),
};

/** What has some would be kept, shown and recorded with them. */
function hasNoCredentials(address: string): boolean {
  const url = URL.parse(address);
  return !url?.username && !url?.password;
}

/** A name that shows as it is: without control characters, and those that turn the direction of text. */
export function plainName(name: string): string {
  return name
    .toWellFormed()
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
}
