import type { Metric } from '../../db/tables/knowledge-tables.ts';
import { refused } from '../../store/check-name.ts';
import { checkWords } from './check-words.ts';
import type { ChunkLimits, CollectionChange } from './collection.ts';

const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const metrics: readonly string[] = ['cosine', 'l2', 'inner_product'] satisfies Metric[];
const mostDescribed = 2_000;

/** Throws a `CallerError` for a name that no collection can have. */
export function checkCollectionName(name: string): void {
  if (!namePattern.test(name))
    throw refused(
      'name',
      'expected lower-case letters, digits, "-" and "_", at most 63, and a letter or digit first',
    );
}

export function checkMetric(metric: string): void {
  if (!metrics.includes(metric)) throw refused('metric', `expected one of ${metrics.join(', ')}`);
}

/** What is kept of a description. */
export function checkDescription(text: CollectionChange['description']): string | undefined {
  return text === undefined ? undefined : checkWords(text, 'description', mostDescribed);
}

/** Where a webhook may lead is the door's to know, which has the operator's list. */
export function checkWebhook(webhook: string | null | undefined): void {
  if (typeof webhook !== 'string') return;
  if (webhook.length > 2_000 || !/^https?:$/.test(URL.parse(webhook)?.protocol ?? ''))
    throw refused('webhook', 'expected an address that begins with http:// or https://');
}

export function checkChunkLimits({ chunkTokens, overlapTokens }: ChunkLimits): void {
  if (!Number.isInteger(chunkTokens) || chunkTokens < 16 || chunkTokens > 8_000)
    throw refused('chunk_tokens', 'expected a whole number from 16 to 8000');
  if (!Number.isInteger(overlapTokens) || overlapTokens < 0 || overlapTokens > chunkTokens / 2)
    throw refused('overlap_tokens', 'expected a whole number from 0 to half of what a chunk has');
}
