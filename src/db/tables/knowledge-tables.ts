import type { ColumnType, Generated } from 'kysely';
import type { JsonObject } from '../../message.ts';
import type { Jsonb, Time } from './column-types.ts';

export interface KnowledgeTables {
  'baton.knowledge_version': KnowledgeVersionTable;
  'baton.collection': CollectionTable;
  'baton.embedding_space': EmbeddingSpaceTable;
  'baton.document': DocumentTable;
  'baton.document_version': DocumentVersionTable;
  'baton.document_content': DocumentContentTable;
  'baton.document_part': DocumentPartTable;
  'baton.chunk': ChunkTable;
  'baton.chunk_vector': ChunkVectorTable;
  'baton.posting': PostingTable;
  'baton.domain_event': DomainEventTable;
}

/** Not known when the row is made. */
type Later<T> = ColumnType<T | null, T | null | undefined, T | null>;

/** How often what searches may find has changed. */
export interface KnowledgeVersionTable {
  tenant_id: Generated<string>;
  version: number;
  changed_at: Time;
}

export type Metric = 'cosine' | 'l2' | 'inner_product';
export type PublishState = 'draft' | 'published' | 'archived';
export type VersionStatus = 'waiting' | 'reading' | 'embedding' | 'ready' | 'failed' | 'replaced';

export interface CollectionTable {
  tenant_id: Generated<string>;
  collection: string;
  collection_no: ColumnType<number, never, never>;
  description: Generated<string>;
  metric: Generated<Metric>;
  chunk_tokens: number;
  overlap_tokens: number;
  webhook: string | null;
  space_no: number | null;
  /** Live ones, and their words: what BM25 knows of the whole. */
  chunks: Generated<number>;
  words: Generated<number>;
  languages: Generated<string[]>;
  created_at: Time;
  updated_at: Time;
}

/** The vectors of one model for one collection. */
export interface EmbeddingSpaceTable {
  tenant_id: Generated<string>;
  space_no: ColumnType<number, never, never>;
  collection_no: number;
  model: string;
  dimensions: number;
  indexed: Generated<boolean>;
  /** The process that fills it has it until then. */
  filled_by: ColumnType<string | null, string | undefined, string | null>;
  filled_until: ColumnType<Date | null, Date | undefined, Date | null>;
  created_at: Time;
}

export interface DocumentTable {
  tenant_id: Generated<string>;
  document_id: Generated<string>;
  collection_no: number;
  key: string;
  name: string | null;
  title: string | null;
  url: string | null;
  language: string | null;
  tags: Generated<string[]>;
  metadata: Jsonb<JsonObject>;
  publish: Generated<PublishState>;
  serving: number | null;
  making: number | null;
  created_at: Time;
  updated_at: Time;
}

export interface DocumentVersionTable {
  tenant_id: Generated<string>;
  document_id: string;
  version: number;
  /** Null: it is read, or will not be. */
  content_id: string | null;
  content_hash: string;
  bytes: number;
  content_type: string | null;
  settings: string;
  status: Generated<VersionStatus>;
  /** How often, without an end or a step forward since. */
  begun: Generated<number>;
  done: Generated<number>;
  total: Generated<number>;
  error_code: Later<string>;
  error_message: Later<string>;
  kind: Later<string>;
  language: Later<string>;
  pages: Later<number>;
  chunks: Later<number>;
  tokens: Later<number>;
  /** The embedding space in which all its chunks have vectors. */
  space_no: Later<number>;
  details: Jsonb<JsonObject>;
  created_at: Time;
  updated_at: Time;
  ready_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
}

/** Bytes as they come; a version's once they are all there. */
export interface DocumentContentTable {
  tenant_id: Generated<string>;
  content_id: string;
  touched_at: Time;
}

export interface DocumentPartTable {
  tenant_id: Generated<string>;
  content_id: string;
  part: number;
  bytes: Uint8Array;
}

export interface ChunkTable {
  tenant_id: Generated<string>;
  chunk_no: ColumnType<number, never, never>;
  collection_no: number;
  document_id: string;
  version: number;
  position: number;
  chunk_id: string;
  text: string;
  tokens: number;
  title: string | null;
  headings: Generated<string[]>;
  place: Jsonb<JsonObject>;
  language: string;
  /** What it is found by, each once, and how often it has each. */
  terms: string[];
  counts: number[];
  words: number;
  live: Generated<boolean>;
}

export interface ChunkVectorTable {
  tenant_id: Generated<string>;
  space_no: number;
  chunk_no: number;
  embedding: string;
}

export interface PostingTable {
  tenant_id: Generated<string>;
  collection_no: number;
  term: string;
  chunk_no: number;
  count: number;
  words: number;
}

/** Something that happened to what a tenant has; written with what happened, told after. */
export interface DomainEventTable {
  tenant_id: Generated<string>;
  written: ColumnType<number, never, never>;
  /** Its place in the feed; null until it is told. */
  event_no: ColumnType<number | null, never, number>;
  type: string;
  collection: string | null;
  document_id: string | null;
  data: Jsonb<JsonObject>;
  webhook: string | null;
  created_at: Time;
}
