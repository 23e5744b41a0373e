import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import type { JsonObject } from '../message.ts';
import type { Assistant, AssistantVersion } from './assistants.ts';
import type { Schema } from './schema.ts';

export interface AssistantFilter {
  /** What the metadata must contain. */
  metadata?: JsonObject;
  graph?: string;
  /** A part of the name, in any case. */
  name?: string;
}

export interface AssistantPage {
  limit: number;
  offset: number;
  sortBy: 'assistant_id' | 'graph' | 'name' | 'created_at' | 'updated_at';
  sortOrder: 'asc' | 'desc';
}

/** A page of the assistants that match: those with rows, and of `own`, the graphs' own, those without. */
export function searchAssistants(
  db: Kysely<Schema>,
  own: Assistant[],
  filter: AssistantFilter,
  { limit, offset, sortBy, sortOrder }: AssistantPage,
): Promise<Assistant[]> {
  return db
    .selectFrom(allAssistants(own))
    .selectAll()
    .where((eb) => matches(eb, filter))
    .orderBy(sortBy, sortOrder)
    .orderBy('assistant_id', sortOrder)
    .limit(limit)
    .offset(offset)
    .execute();
}

/** How many assistants match. */
export async function countAssistants(
  db: Kysely<Schema>,
  own: Assistant[],
  filter: AssistantFilter,
): Promise<number> {
  const { count } = await db
    .selectFrom(allAssistants(own))
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where((eb) => matches(eb, filter))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/**
 * The versions of an assistant whose metadata contains `metadata`, newest first. `own` is what a graph's own assistant
 * is while it has no rows.
 */
export function listVersions(
  db: Kysely<Schema>,
  assistantId: string,
  own: Assistant | undefined,
  { limit, offset, metadata }: { limit: number; offset: number; metadata: JsonObject },
): Promise<AssistantVersion[]> {
  return db
    .selectFrom(allVersions(own ? [own] : []))
    .selectAll()
    .where('assistant_id', '=', assistantId)
    .where(sql<boolean>`metadata @> ${JSON.stringify(metadata)}::jsonb`)
    .orderBy('version', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
}

/** The assistants that have rows, and those of `own` that have none. */
function allAssistants(own: Assistant[]) {
  return sql<Assistant>`(
    select a.assistant_id, ${said}, a.version, a.created_at, a.updated_at
    from baton.assistant a
    join baton.assistant_version v on v.assistant_id = a.assistant_id and v.version = a.version
    union all
    select v.assistant_id, ${said}, v.version, v.created_at, v.updated_at from ${withoutRows(own)}
  )`.as('assistant');
}

function allVersions(own: Assistant[]) {
  return sql<AssistantVersion>`(
    select v.assistant_id, v.version, ${said}, v.created_at from baton.assistant_version v
    union all
    select v.assistant_id, v.version, ${said}, v.created_at from ${withoutRows(own)}
  )`.as('version');
}

function withoutRows(own: Assistant[]) {
  return sql`json_to_recordset(${JSON.stringify(own)}::json) as v (
      assistant_id uuid, graph text, name text, description text, config json, context json, metadata jsonb,
      version int, created_at timestamptz, updated_at timestamptz
    )
    where not exists (select from baton.assistant a where a.assistant_id = v.assistant_id)`;
}

const said = sql.raw('v.graph, v.name, v.description, v.config, v.context, v.metadata');

function matches(
  eb: ExpressionBuilder<{ assistant: Assistant }, 'assistant'>,
  { metadata = {}, graph, name }: AssistantFilter,
) {
  return eb.and([
    ...(Object.keys(metadata).length > 0
      ? [sql<boolean>`metadata @> ${JSON.stringify(metadata)}::jsonb`]
      : []),
    ...(graph === undefined ? [] : [eb('graph', '=', graph)]),
    ...(name === undefined ? [] : [sql<boolean>`position(lower(${name}) in lower(name)) > 0`]),
  ]);
}
