import type { Generated } from 'kysely';
import type { JsonObject } from '../../message.ts';
import type { Time } from './column-types.ts';

export interface AnswerTables {
  'baton.cached_answer': CachedAnswerTable;
}

/** An answer that may be given again, as long as what it depends on is as it was. */
export interface CachedAnswerTable {
  tenant_id: Generated<string>;
  scope: string;
  question_hash: string;
  question: string | null;
  embedding: string | null;
  knowledge_version: number;
  graph: string;
  message: JsonObject;
  hits: Generated<number>;
  created_at: Time;
  expires_at: Date;
}
