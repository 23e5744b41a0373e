import { z } from '@hono/zod-openapi';
import type { ChunkView, DocumentView, VersionView } from '../../knowledge/ingest/document-view.ts';
import { publishStates } from './document-fields.ts';

const statuses = ['waiting', 'reading', 'embedding', 'ready', 'failed', 'replaced'] as const;
const range = z.object({ from: z.int(), to: z.int() });
const moment = z.iso.datetime();
const failure = z
  .object({ code: z.string(), message: z.string() })
  .optional()
  .describe('Why it failed: `encrypted`, `no-text`, `corrupt`, `too-many-pages`, …');

const content = {
  bytes: z.int(),
  content_hash: z.string().describe('SHA-256, hexadecimal.'),
  kind: z.string().nullable().describe('What the bytes are, whatever the name says: `pdf`, `html`, …'),
  pages: z.int().nullable(),
  chunks: z.int().nullable(),
  tokens: z.int().nullable(),
};

export const documentSchema = z
  .object({
    id: z.uuid(),
    collection: z.string(),
    key: z.string(),
    name: z.string().nullable(),
    title: z.string().nullable(),
    url: z.string().nullable(),
    language: z.string().nullable(),
    tags: z.array(z.string()),
    metadata: z.record(z.string(), z.unknown()),
    publish: z.enum(publishStates),
    status: z.enum(statuses).describe('Of the version that is waited for, or else of the one that serves.'),
    progress: z
      .object({ done: z.int(), total: z.int() })
      .describe('Pages while it is `reading`, chunks while it is `embedding`.'),
    error: failure,
    version: z.int().nullable().describe('The one that is searched; null: none yet.'),
    ...content,
    created_at: moment,
    updated_at: moment,
    ready_at: moment.nullable(),
  })
  .openapi('Document');

export const versionSchema = z
  .object({
    version: z.int(),
    status: z.enum(statuses),
    serves: z.boolean().describe('Whether it is the one that is searched.'),
    ...content,
    error: failure,
    created_at: moment,
    ready_at: moment.nullable(),
  })
  .openapi('DocumentVersion');

export const chunkSchema = z
  .object({
    id: z.string().describe('As passages are found and cited.'),
    chunk_id: z.string(),
    position: z.int(),
    text: z.string(),
    tokens: z.int(),
    title: z.string().nullable(),
    headings: z.array(z.string()),
    pages: range.optional(),
    slides: range.optional(),
    sheet: z.string().optional(),
    language: z.string(),
  })
  .openapi('DocumentChunk');

export function showDocument(document: DocumentView): z.infer<typeof documentSchema> {
  const { contentHash, createdAt, updatedAt, readyAt, ...same } = document;
  return {
    ...same,
    content_hash: contentHash,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
    ready_at: readyAt?.toISOString() ?? null,
  };
}

export function showVersion(version: VersionView): z.infer<typeof versionSchema> {
  const { contentHash, createdAt, readyAt, ...same } = version;
  return {
    ...same,
    content_hash: contentHash,
    created_at: createdAt.toISOString(),
    ready_at: readyAt?.toISOString() ?? null,
  };
}

export function showChunk({ chunkId, ...same }: ChunkView): z.infer<typeof chunkSchema> {
  return { ...same, chunk_id: chunkId };
}

export const documentExample = {
  id: '0b8d6a54-6d0e-4d27-9a41-3f2f1b8c7f10',
  collection: 'handbook',
  key: 'refunds.pdf',
  name: 'refunds.pdf',
  title: 'Refunds',
  url: null,
  language: 'en',
  tags: ['policy'],
  metadata: { team: 'support' },
  publish: 'published',
  status: 'embedding',
  progress: { done: 12, total: 40 },
  version: null,
  bytes: 48_213,
  content_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  kind: 'pdf',
  pages: 9,
  chunks: 40,
  tokens: 14_880,
  created_at: '2026-11-21T14:00:00.000Z',
  updated_at: '2026-11-21T14:00:01.000Z',
  ready_at: null,
};
