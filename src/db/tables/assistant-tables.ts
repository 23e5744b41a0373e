import type { Generated } from 'kysely';
import type { JsonObject } from '../../message.ts';
import type { Jsonb, Time } from './column-types.ts';

/** Assistants, and all that they were. */
export interface AssistantTables {
  'baton.assistant': AssistantTable;
  'baton.assistant_version': AssistantVersionTable;
}

export interface AssistantTable {
  tenant_id: Generated<string>;
  assistant_id: string;
  /** The current one: a row of `baton.assistant_version`. */
  version: number;
  created_at: Time;
  updated_at: Time;
}

/** What an assistant was with each change; never changed. */
export interface AssistantVersionTable {
  tenant_id: Generated<string>;
  assistant_id: string;
  /** Counts up from 1, without gaps. */
  version: number;
  graph: string;
  name: string;
  description: string | null;
  config: Jsonb<JsonObject>;
  context: Jsonb<JsonObject>;
  metadata: Jsonb<JsonObject>;
  created_at: Time;
}
