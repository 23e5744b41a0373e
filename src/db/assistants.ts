import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { JsonObject } from '../message.ts';
import type { Schema } from './schema.ts';
import type { AssistantTable, AssistantVersionTable } from './tables/assistant-tables.ts';

/** What a version of an assistant says. */
export interface AssistantFields {
  graph: string;
  name: string;
  description: string | null;
  config: JsonObject;
  context: JsonObject;
  metadata: JsonObject;
}

/** An assistant as its current version has it. */
export type Assistant = AssistantFields & Omit<Selectable<AssistantTable>, 'tenant_id'>;
export type AssistantVersion = Selectable<AssistantVersionTable>;

/** Makes an assistant, whose first version this is. Returns undefined when its id is taken. */
export function createAssistant(
  db: Kysely<Schema>,
  assistantId: string,
  fields: AssistantFields,
): Promise<Assistant | undefined> {
  return db.transaction().execute(async (trx) => {
    const made = await trx
      .insertInto('baton.assistant')
      .values({ assistant_id: assistantId, version: 1 })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'assistant_id']).doNothing())
      .returning('assistant_id')
      .executeTakeFirst();
    if (!made) return undefined;
    await addVersion(trx, assistantId, 1, fields);
    return getAssistant(trx, assistantId);
  });
}

export function getAssistant(db: Kysely<Schema>, assistantId: string): Promise<Assistant | undefined> {
  return selectCurrent(db).where('assistant.assistant_id', '=', assistantId).executeTakeFirst();
}

/**
 * Gives an assistant one version more, which is what `change` makes of the current one, and makes it current. Changes
 * of one assistant wait for each other, so each sees the one before it. `own` is what a graph's own assistant is while
 * it has no rows: its first version. Returns undefined when there is no such assistant.
 */
export function changeAssistant(
  db: Kysely<Schema>,
  assistantId: string,
  own: Assistant | undefined,
  change: (current: AssistantFields) => AssistantFields,
): Promise<Assistant | undefined> {
  return db.transaction().execute(async (trx) => {
    if (own) await keepOwn(trx, own);
    if (!(await lock(trx, assistantId))) return undefined;
    const current = await getAssistant(trx, assistantId);
    if (!current) return undefined;
    const version = (await newestVersion(trx, assistantId)) + 1;
    await addVersion(trx, assistantId, version, change(current));
    await makeCurrent(trx, assistantId, version);
    return getAssistant(trx, assistantId);
  });
}

/**
 * Makes a version current again, with all that it says. Returns undefined when there is no such assistant, and the
 * number of its newest version when it has no such version.
 */
export function restoreVersion(
  db: Kysely<Schema>,
  assistantId: string,
  version: number,
): Promise<Assistant | { newest: number } | undefined> {
  return db.transaction().execute(async (trx) => {
    if (!(await lock(trx, assistantId))) return undefined;
    const newest = await newestVersion(trx, assistantId);
    if (version > newest) return { newest };
    await makeCurrent(trx, assistantId, version);
    return getAssistant(trx, assistantId);
  });
}

/** Deletes an assistant with its versions. False when it has no rows. */
export async function deleteAssistant(db: Kysely<Schema>, assistantId: string): Promise<boolean> {
  const deleted = await db
    .deleteFrom('baton.assistant')
    .where('assistant_id', '=', assistantId)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

/** The current version of each assistant that has rows. */
function selectCurrent(db: Kysely<Schema>) {
  return db
    .selectFrom('baton.assistant as assistant')
    .innerJoin('baton.assistant_version as said', (join) =>
      join
        .onRef('said.assistant_id', '=', 'assistant.assistant_id')
        .onRef('said.version', '=', 'assistant.version'),
    )
    .select([
      'assistant.assistant_id',
      'said.graph',
      'said.name',
      'said.description',
      'said.config',
      'said.context',
      'said.metadata',
      'assistant.version',
      'assistant.created_at',
      'assistant.updated_at',
    ]);
}

/** Writes down what a graph's own assistant is, unless it has rows already. */
async function keepOwn(trx: Transaction<Schema>, own: Assistant): Promise<void> {
  const { assistant_id, version, created_at, updated_at } = own;
  const made = await trx
    .insertInto('baton.assistant')
    .values({ assistant_id, version, created_at, updated_at })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'assistant_id']).doNothing())
    .returning('assistant_id')
    .executeTakeFirst();
  if (made) await addVersion(trx, assistant_id, version, own, created_at);
}

/** Keeps others from changing an assistant until the transaction ends. False when there is none. */
async function lock(trx: Transaction<Schema>, assistantId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('baton.assistant')
    .select('assistant_id')
    .where('assistant_id', '=', assistantId)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

async function newestVersion(trx: Transaction<Schema>, assistantId: string): Promise<number> {
  const { newest } = await trx
    .selectFrom('baton.assistant_version')
    .select((eb) => eb.fn.max('version').as('newest'))
    .where('assistant_id', '=', assistantId)
    .executeTakeFirstOrThrow();
  return Number(newest);
}

async function addVersion(
  trx: Transaction<Schema>,
  assistantId: string,
  version: number,
  { graph, name, description, config, context, metadata }: AssistantFields,
  createdAt?: Date,
): Promise<void> {
  await trx
    .insertInto('baton.assistant_version')
    .values({
      assistant_id: assistantId,
      version,
      graph,
      name,
      description,
      config: JSON.stringify(config),
      context: JSON.stringify(context),
      metadata: JSON.stringify(metadata),
      ...(createdAt && { created_at: createdAt }),
    })
    .execute();
}

async function makeCurrent(trx: Transaction<Schema>, assistantId: string, version: number): Promise<void> {
  await trx
    .updateTable('baton.assistant')
    .set({ version, updated_at: sql`now()` })
    .where('assistant_id', '=', assistantId)
    .execute();
}
